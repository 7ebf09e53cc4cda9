import { describe, expect, it } from "vitest";
import { findCloudInitProblem } from "./cloud-init-text.js";

describe("a text for cloud-init", () => {
  it.each([
    "#!/bin/sh\necho ready\n",
    "#! /usr/bin/env python3\nprint()\n",
    "#cloud-config\npackages: [nginx]\n",
    "#cloud-config\nwrite_files:\n  - { path: /etc/motd, content: hello }\nruncmd: [[ls]]\n",
    "#cloud-config\r\npackages: [nginx]\r\n",
    "#cloud-config\nusers:\n  - { name: carol, ssh_authorized_keys: [ssh-ed25519 A] }\n",
  ])("is taken when cloud-init can read it: %j", (text) => {
    expect(findCloudInitProblem(text)).toBeUndefined();
  });

  it.each([
    ["a list that is not closed", "#cloud-config\npackages: [nginx", /is not YAML: .*line 2/],
    [
      "a key that stands twice",
      "#cloud-config\npackages: [a]\npackages: [b]\n",
      /is not YAML: Map keys must be unique/,
    ],
    ["a list", "#cloud-config\n- nginx\n", /is not a map/],
    ["a word", "#cloud-config\nnginx\n", /is not a map/],
    ["nothing", "#cloud-config\n", /is not a map/],
    ["nothing but a comment", "#cloud-config\n# later\n", /is not a map/],
    ["a plain word without a header", "nginx", /is not for cloud-init/],
    ["a header that another follows", "#cloud-configuration\na: b\n", /is not for cloud-init/],
    ["a script without a program", "#!", /"#!" names no program/],
    ["a script of a relative program", "#!sh\nls\n", /names no program/],
    ["a script without commands", "#!/bin/sh\n", /has no command/],
    ["the line ends of Windows in a script", "#!/bin/sh\r\nls\r\n", /the line ends of Windows/],
    ["a way of merging that replaces what hardens", "#cloud-config\nmerge_how: dict(replace)\n", /`merge_how` is not/],
    ["the same by its other name", "#cloud-config\nmerge_type: dict(replace)\n", /`merge_type` is not allowed/],
    ["logins with passwords", "#cloud-config\nssh_pwauth: true\n", /`ssh_pwauth` is not allowed/],
    ["logins as root", "#cloud-config\ndisable_root: false\n", /`disable_root` is not allowed/],
    ["a password", "#cloud-config\npassword: secret\n", /`password` is not allowed/],
    ["passwords", "#cloud-config\nchpasswd: { list: [a] }\n", /`chpasswd` is not allowed/],
    ["a user with a password", "#cloud-config\nusers: [{ name: a, passwd: x }]\n", /`passwd` is not allowed/],
    ["a user who may have one", "#cloud-config\nusers: [{ name: a, lock_passwd: false }]\n", /`lock_passwd: false`/],
    ["the user root", "#cloud-config\nusers: [{ name: root }]\n", /the user root is not allowed/],
  ])("is refused with %s", (_name, text, message) => {
    const finding = findCloudInitProblem(text);
    expect(finding?.message).toMatch(message);
    expect(finding?.remedy).toMatch(/\w/);
  });
});
