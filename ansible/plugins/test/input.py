# Copyright (c) the authors of @infra
# MPL-2.0 (https://www.mozilla.org/MPL/2.0/)
"""Tests of values that come from an inventory. Each answers false, and never fails, for a value of another type."""

import ipaddress
import re

LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
NAME = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
SSH_PUBLIC_KEY = re.compile(
    r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com)"
    r" [A-Za-z0-9+/]{60,}={0,2}( [^\n]*)?"
)
TIME_SPAN = re.compile(r"\d+(s|min|h|d|w)")


def port(value):
    """Whether the value is a port number between 1 and 65535."""
    return _is_integer(value) and 1 <= int(value) <= 65535


def port_range(value):
    """Whether the value is a port number, or two with a dash between them, the lower one first."""
    parts = str(value).split("-")
    return not isinstance(value, bool) and len(parts) <= 2 and all(map(port, parts)) and int(parts[0]) <= int(parts[-1])


def address(value):
    """Whether the value is an IPv4 or IPv6 address."""
    return _parses(ipaddress.ip_address, value)


def cidr(value):
    """Whether the value is a network with its prefix length, and no host bits are set."""
    return "/" in str(value) and _parses(ipaddress.ip_network, value)


def interface_cidr(value):
    """Whether the value is an address with its prefix length."""
    return "/" in str(value) and _parses(ipaddress.ip_interface, value)


def host_name(value):
    """Whether the value is a DNS name of at most 253 characters."""
    if not isinstance(value, str) or not 0 < len(value) <= 253:
        return False
    return all(LABEL.fullmatch(label) for label in value.rstrip(".").split("."))


def account(value):
    """Whether the value is a name that Linux accepts for a user or a group."""
    return isinstance(value, str) and NAME.fullmatch(value) is not None


def ssh_public_key(value):
    """Whether the value is one line of a file that ends in .pub."""
    return isinstance(value, str) and SSH_PUBLIC_KEY.fullmatch(value.strip()) is not None


def time_span(value):
    """Whether the value is a time span of systemd with one unit: 30s, 10min, 12h, 7d."""
    return isinstance(value, str) and TIME_SPAN.fullmatch(value) is not None


def between(value, least, most):
    """Whether the value is a whole number in the range, both ends included."""
    return _is_integer(value) and least <= int(value) <= most


def _is_integer(value):
    return not isinstance(value, bool) and re.fullmatch(r"-?\d{1,18}", str(value)) is not None


def _parses(parse, value):
    try:
        parse(str(value))
    except ValueError:
        return False
    return True


class TestModule:
    """The tests by their names in the collection."""

    def tests(self):
        """The tests by their names in the collection."""
        return {
            "port": port,
            "port_range": port_range,
            "address": address,
            "cidr": cidr,
            "interface_cidr": interface_cidr,
            "host_name": host_name,
            "account": account,
            "ssh_public_key": ssh_public_key,
            "time_span": time_span,
            "between": between,
        }
