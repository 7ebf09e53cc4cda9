#!/usr/bin/python
# Copyright (c) the authors of @infra
# MPL-2.0 (https://www.mozilla.org/MPL/2.0/)
"""Makes entries of a directory what a list says, through the socket of the host and the programs of OpenLDAP."""

DOCUMENTATION = r"""
module: ldap_entries
short_description: Makes entries of a directory what a list says
description:
  - Works on the server itself, through C(ldapi) as root, with C(ldapsearch), C(ldapmodify) and C(ldapdelete).
  - Attributes that an entry does not name are left alone.
author: "@infra"
options:
  entries:
    description: Entries, parents first.
    type: list
    elements: dict
    required: true
    suboptions:
      dn:
        description: Distinguished name.
        type: str
        required: true
      attributes:
        description: Attributes, each a value or a list of values.
        type: dict
        required: true
      once:
        description: Attributes that are only set where an entry has none, such as a first password.
        type: dict
        default: {}
  exclusive:
    description: Distinguished names below which every entry that the list does not have is removed.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Make a unit
  infra.platform.ldap_entries:
    entries:
      - dn: ou=people,dc=example,dc=com
        attributes: { objectClass: [organizationalUnit], ou: people }
"""

RETURN = r"""
changes:
  description: What was changed, one line each, without values.
  returned: always
  type: list
  elements: str
"""

import base64

from ansible.module_utils.basic import AnsibleModule

SOCKET = ["-Q", "-Y", "EXTERNAL", "-H", "ldapi:///"]
NO_SUCH_OBJECT = 32


def values_of(value):
    """The values of an attribute as bytes."""
    return [str(each).encode() for each in (value if isinstance(value, list) else [value])]


def parse(ldif):
    """The entries of an LDIF without wrapped lines, as pairs of a name and attributes."""
    entries = []
    for block in ldif.strip().split("\n\n"):
        name, attributes = None, {}
        for line in block.split("\n"):
            if ":" not in line or line.startswith("#"):
                continue
            key, rest = line.split(":", 1)
            value = base64.b64decode(rest[1:]) if rest.startswith(":") else rest.strip().encode()
            if key == "dn":
                name = value.decode()
            else:
                attributes.setdefault(key.lower(), []).append(value)
        if name is not None:
            entries.append((name, attributes))
    return entries


def line_of(key, value):
    """One line of an LDIF, whatever the value is."""
    return f"{key}:: {base64.b64encode(value).decode()}"


def normal(name):
    """A name as it is compared."""
    return ",".join(part.strip() for part in name.lower().split(","))


class Directory:
    """The directory of this host."""

    def __init__(self, module):
        """Runs its programs through the module, so that their failures end the task."""
        self.module = module

    def read(self, base, scope):
        """The entries at or below a name; none when there is no such name."""
        arguments = ["ldapsearch", *SOCKET, "-LLL", "-o", "ldif-wrap=no", "-b", base, "-s", scope]
        code, out, err = self.module.run_command(arguments)
        if code == NO_SUCH_OBJECT:
            return []
        if code != 0:
            self.module.fail_json(msg=f"{base} cannot be read: {err.strip()}")
        return parse(out)

    def write(self, name, lines):
        """Applies a change to one entry."""
        if self.module.check_mode:
            return
        text = "\n".join([line_of("dn", name.encode()), *lines]) + "\n"
        code, _out, err = self.module.run_command(["ldapmodify", *SOCKET], data=text)
        if code != 0:
            self.module.fail_json(msg=f"{name} cannot be changed: {err.strip()}")


def change_of(entry, found):
    """The lines that make an entry what is wanted, and the names of the attributes that they touch."""
    wanted = {key: values_of(value) for key, value in entry["attributes"].items()}
    once = {key: values_of(value) for key, value in entry["once"].items()}
    if found is None:
        everything = [(key, value) for key, values in {**wanted, **once}.items() for value in values]
        return ["changetype: add", *[line_of(key, value) for key, value in everything]], ["added"]
    missing = {key: values for key, values in once.items() if key.lower() not in found}
    differs = {key: values for key, values in wanted.items() if sorted(found.get(key.lower(), [])) != sorted(values)}
    if not missing and not differs:
        return [], []
    lines = ["changetype: modify"]
    for key, values in {**differs, **missing}.items():
        lines += [f"replace: {key}", *[line_of(key, value) for value in values], "-"]
    return lines, [*differs, *missing]


def main():
    """Adds and changes what the list has, then removes what it has not."""
    entry = {
        "dn": {"type": "str", "required": True},
        "attributes": {"type": "dict", "required": True},
        "once": {"type": "dict", "default": {}, "no_log": True},
    }
    module = AnsibleModule(
        argument_spec={
            "entries": {"type": "list", "elements": "dict", "required": True, "options": entry},
            "exclusive": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    directory = Directory(module)
    changes = []
    for each in module.params["entries"]:
        found = next((attributes for _name, attributes in directory.read(each["dn"], "base")), None)
        lines, touched = change_of(each, found)
        if lines:
            directory.write(each["dn"], lines)
            changes.append(f"{each['dn']}: {', '.join(touched)}")
    wanted = {normal(each["dn"]) for each in module.params["entries"]}
    for base in module.params["exclusive"]:
        for name, _attributes in directory.read(base, "one"):
            if normal(name) not in wanted:
                directory.write(name, ["changetype: delete"])
                changes.append(f"{name}: removed")
    module.exit_json(changed=bool(changes), changes=changes)


if __name__ == "__main__":
    main()
