import { type Finding, readYamlText } from "@infra/inventory";

/** Keys with which a text would undo, or seem to undo, that nobody logs in with a password or as root. */
const hardened: ReadonlyMap<string, string> = new Map([
  ["merge_how", "it would replace what keeps the servers hardened"],
  ["merge_type", "it would replace what keeps the servers hardened"],
  ["disable_root", "root cannot log in to any server"],
  ["ssh_pwauth", "no server takes passwords"],
  ["password", "no server takes passwords"],
  ["chpasswd", "no server takes passwords"],
]);

/** Keys of a user that give it a password. */
const passwords = ["passwd", "hashed_passwd", "plain_text_passwd"];

/** What is wrong with a text for cloud-init, which reads it once: at the first boot. */
export function findCloudInitProblem(text: string): Finding | undefined {
  if (text.startsWith("#!")) return findScriptProblem(text);
  if (/^#cloud-config(?:\s|$)/.test(text)) return findConfigProblem(text);
  return { message: "the text is not for cloud-init", remedy: "Begin it with #cloud-config or #!/bin/sh" };
}

function findScriptProblem(text: string): Finding | undefined {
  if (text.includes("\r"))
    return {
      message: "the script has the line ends of Windows, with which no server can run it",
      remedy: "Save the file with the line ends of Unix (LF)",
    };
  const [first = "", ...rest] = text.split("\n");
  if (!/^#! ?\/\S/.test(first))
    return { message: `${JSON.stringify(first)} names no program`, remedy: "Begin the script with #!/bin/sh" };
  return rest.join("").trim() === ""
    ? { message: "the script has no command", remedy: "Add one, or remove `cloudInit`" }
    : undefined;
}

function findConfigProblem(text: string): Finding | undefined {
  const read = readYamlText(text);
  if ("fault" in read)
    return {
      message: `the #cloud-config is not YAML: ${read.fault}`,
      remedy: "Correct it: cloud-init reads it only once",
    };
  const { value } = read;
  if (typeof value !== "object" || value === null || Array.isArray(value) || Object.keys(value).length === 0)
    return {
      message: "the #cloud-config is not a map of cloud-init's modules",
      remedy: "Write keys below its first line, such as `packages: [nginx]`",
    };
  const entries = new Map(Object.entries(value));
  const undoing = [...hardened].find(([key]) => entries.has(key));
  if (undoing)
    return { message: `\`${undoing[0]}\` is not allowed: ${undoing[1]}`, remedy: `Remove \`${undoing[0]}\`` };
  return [entries.get("users"), entries.get("user")]
    .flat()
    .map(findUserProblem)
    .find((finding) => finding);
}

function findUserProblem(user: unknown): Finding | undefined {
  if (typeof user !== "object" || user === null) return undefined;
  const entries = new Map(Object.entries(user));
  const password = passwords.find((key) => entries.has(key));
  if (password !== undefined || entries.get("lock_passwd") === false)
    return {
      message: `a user with \`${password ?? "lock_passwd: false"}\` is not allowed: no server takes passwords`,
      remedy: "Remove it, and give the user a key in `ssh_authorized_keys`",
    };
  return entries.get("name") === "root"
    ? { message: "the user root is not allowed: root cannot log in to any server", remedy: "Remove it" }
    : undefined;
}
