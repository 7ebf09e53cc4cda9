import { type Finding, rule } from "@infra/inventory";
import { z } from "zod";

/** Kinds of keys that every cloud takes. */
const kinds = ["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"];

/** A public key in OpenSSH's format: `ssh-ed25519 AAAA… comment`. */
export const publicKey = rule(
  z.string().trim().describe("public key in OpenSSH's format, the line of the .pub file"),
  findKeyProblem,
);

/** What is wrong with a public key; its body must name the same kind as its first word. */
function findKeyProblem(text: string): Finding | undefined {
  const remedy = "Copy the whole line of the .pub file, for example ~/.ssh/id_ed25519.pub";
  const problem = (message: string): Finding => ({ message, remedy });
  if (text.includes("PRIVATE KEY")) return problem("a private key stands where a public key belongs");
  if (/[\r\n]/.test(text))
    return {
      message: "there are several lines where one key belongs",
      remedy: "Give each key an owner of its own: `alice-laptop: ssh-ed25519 AAAA…`",
    };
  const [kind = "", body = ""] = text.split(/\s+/);
  const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 37)}…` : text);
  if (!kinds.includes(kind)) return problem(`${shown} is not a public key of a known kind (${kinds.join(", ")})`);
  const fields = readFields(body);
  if (!fields) return problem(`${shown} has a body that is not a public key`);
  if (fields[0]?.toString("latin1") !== kind) return problem(`${shown} says ${kind}, but its body is of another kind`);
  const size = fields.at(-1)?.length ?? 0;
  if (kind === "ssh-ed25519" && size !== 32) return problem(`${shown} has a body of the wrong length`);
  return kind === "ssh-rsa" && size < 256 ? problem(`${shown} has fewer than 2048 bits`) : undefined;
}

/** The length-prefixed fields of a key's body (RFC 4253, section 6.6); undefined when it is cut or no base64. */
function readFields(body: string): Buffer[] | undefined {
  const bytes = Buffer.from(body, "base64");
  if (bytes.length === 0 || bytes.toString("base64").replace(/=+$/, "") !== body.replace(/=+$/, "")) return undefined;
  const fields: Buffer[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    if (offset + 4 > bytes.length) return undefined;
    const end = offset + 4 + bytes.readUInt32BE(offset);
    if (end > bytes.length) return undefined;
    fields.push(bytes.subarray(offset + 4, end));
    offset = end;
  }
  return fields.length >= 2 ? fields : undefined;
}

/** A key stands once: clouds that keep keys refuse the second, and a comment does not make it another key. */
export function findTwins(keys: Readonly<Record<string, string>>): Finding[] {
  const owners = new Map<string, string>();
  return Object.entries(keys).flatMap(([owner, text]) => {
    const key = text.split(/\s+/).slice(0, 2).join(" ");
    const other = owners.get(key);
    if (other === undefined) return owners.set(key, owner) && [];
    return [
      {
        message: `the key of ${owner} is also the key of ${other}`,
        remedy: "Keep it once, or give each person a key of their own",
        path: [owner],
      },
    ];
  });
}
