# Copyright (c) the authors of @infra
# MPL-2.0 (https://www.mozilla.org/MPL/2.0/)
"""Documentation of the action plugin of the same name, which does all the work on the controller."""

DOCUMENTATION = r"""
module: check_input
short_description: Refuses bad input of a role before anything is changed
description:
  - Reports every problem of the role's variables at once, each with the variable, its value, the rule and a remedy.
  - A variable that begins with the role's name and is not in its C(meta/argument_specs.yml) is refused, too.
  - Runs on the controller and never connects to the host.
author: "@infra"
options:
  rules:
    description: What has to hold.
    type: list
    elements: dict
    default: []
    suboptions:
      variable:
        description: Name of the variable, or the path in it, as the message shows it.
        type: str
        required: true
      bad:
        description: The values that break the rule. An empty list means that the rule holds.
        type: list
        elements: raw
        required: true
      rule:
        description: What is wrong, as the rest of a sentence that begins with the value.
        type: str
        required: true
      remedy:
        description: What to do, as a sentence.
        type: str
        required: true
      secret:
        description: Whether the value is left out of the message.
        type: bool
        default: false
"""

EXAMPLES = r"""
- name: Refuse bad input
  infra.platform.check_input:
    rules:
      - variable: ssh_port
        bad: "{{ [ssh_port] | reject('infra.platform.port') }}"
        rule: is not a port between 1 and 65535
        remedy: Use 22, or a free port above 1023.
"""

RETURN = r"""
problems:
  description: All problems, one sentence or two each.
  returned: failure
  type: list
  elements: str
"""
