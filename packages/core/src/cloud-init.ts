import { Fn } from "./cdktf.js";

/** What a server is told at its first boot. */
export interface FirstBoot {
  /** The user that people log in as; may use sudo without a password. @default - nobody logs in */
  readonly user?: string | undefined;
  /** Public keys that may log in as the user; they may be known only when the engine runs. */
  readonly publicKeys: readonly string[];
  /** More cloud-init text: `#cloud-config` or a script with `#!`. @default - none */
  readonly more?: string | undefined;
}

/**
 * User data for cloud-init: no password login, no login as root, one user with keys. What `more` says is merged into it,
 * and cannot undo it: lists are appended, values that are already set stay.
 */
export function cloudInit({ user, publicKeys, more }: FirstBoot): string {
  const hardened = {
    disable_root: true,
    ssh_pwauth: false,
    users:
      user === undefined
        ? []
        : [
            {
              name: user,
              groups: "sudo",
              shell: "/bin/bash",
              sudo: "ALL=(ALL) NOPASSWD:ALL",
              lock_passwd: true,
              ssh_authorized_keys: publicKeys,
            },
          ],
  };
  if (more === undefined) return `#cloud-config\n${json(hardened)}`;
  const rest = more.startsWith("#!")
    ? { type: "text/x-shellscript", content: more }
    : { type: "text/cloud-config", "Merge-Type": "list(append)+dict(no_replace,recurse_list)+str()", content: more };
  const first = `{"type":"text/cloud-config","content":${json(json(hardened))}}`;
  return `#cloud-config-archive\n[${first},${JSON.stringify(rest)}]`;
}

/**
 * JSON is YAML. Values that only the run knows are encoded by the engine; what the user wrote never is, because an expression
 * would need other escapes.
 */
function json(value: unknown): string {
  const text = JSON.stringify(value);
  return /[$#]\{TfToken\[/.test(text) ? Fn.jsonencode(value) : text;
}
