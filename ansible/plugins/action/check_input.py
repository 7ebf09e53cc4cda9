# Copyright (c) the authors of @infra
# MPL-2.0 (https://www.mozilla.org/MPL/2.0/)
"""Refuses bad input of a role on the controller; see the module of the same name for its documentation."""

import difflib
import json
import os

import yaml
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

REQUIRED = ("variable", "bad", "rule", "remedy")


class ActionModule(ActionBase):
    """Compares the variables of the role that the task belongs to with its rules."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp=None, task_vars=None):
        """Ends with all problems at once, or with nothing changed."""
        result = super().run(tmp, task_vars)
        problems = self._unknown_variables(task_vars or {})
        for rule in self._task.args.get("rules", []):
            missing = [key for key in REQUIRED if key not in rule]
            if missing:
                raise AnsibleActionFail(f"A rule of check_input has no {' and no '.join(missing)}: {rule}")
            problems.extend(broken(rule))
        result.update(changed=False, problems=problems)
        if problems:
            result.update(failed=True, msg="\n".join(problems))
        return result

    def _unknown_variables(self, task_vars):
        role = self._task._role
        if role is None:
            return []
        name = role.get_name().rsplit(".", 1)[-1]
        known = options_of(role._role_path)
        found = sorted(key for key in task_vars if is_input(key, name) and key not in known)
        return [unknown(key, name, known) for key in found]


def is_input(key, role):
    """Whether a variable is meant as input of the role: two underscores mark what is the role's own."""
    return key.startswith(f"{role}_") and not key.startswith(f"{role}__")


def broken(rule):
    """The problems of one rule: one for each bad value."""
    if not isinstance(rule["bad"], (list, tuple)):
        raise AnsibleActionFail(f"The bad values of {rule['variable']} are not a list: {rule['bad']!r}")
    return [
        f"{rule['variable']}: {'the value (hidden)' if rule.get('secret') else shown(value)} {rule['rule']}. {rule['remedy']}"
        for value in rule["bad"]
    ]


def shown(value):
    """A value as JSON, cut where it is long."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:117]}..."


def unknown(key, role, known):
    """What is said about a variable that the role does not have."""
    close = difflib.get_close_matches(key, known, n=1)
    remedy = f"Did you mean {close[0]}?" if close else f"The variables of {role} are listed in its README.md."
    return f"{key}: {shown(key)} is not a variable of the role {role}. {remedy}"


def options_of(role_path):
    """The names of the variables in all entry points of a role's argument specification."""
    file = os.path.join(role_path, "meta", "argument_specs.yml")
    if not os.path.exists(file):
        return set()
    with open(file, encoding="utf-8") as stream:
        specs = yaml.safe_load(stream)["argument_specs"]
    return {name for spec in specs.values() for name in spec.get("options", {})}
