import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The programs that SOPS files need, and a folder of them for PATH. */
export interface SopsTools {
  readonly sops: string;
  readonly keygen: string;
}

/** sops and age-keygen: the toolchain's, or the ones on PATH. */
export async function sopsTools(): Promise<SopsTools> {
  const toolchain = "@infra/toolchain";
  const { ensureTool } = (await import(toolchain)) as { ensureTool(name: string): Promise<string> };
  return { sops: await ensureTool("sops"), keygen: await ensureTool("age-keygen") };
}

/** An age key, as SOPS_AGE_KEY takes it. */
export function ageKey({ keygen }: SopsTools): { identity: string; recipient: string } {
  const text = execFileSync(keygen, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return { identity: /AGE-SECRET-KEY-\S+/.exec(text)?.[0] ?? "", recipient: /age1\S+/.exec(text)?.[0] ?? "" };
}

/** Writes `.sops.yaml`, which names for whom files below `secrets/` are encrypted. */
export function writeRules(root: string, recipient: string): void {
  writeFileSync(join(root, ".sops.yaml"), `creation_rules:\n  - path_regex: secrets/.*\n    age: ${recipient}\n`);
}

/** Encrypts values into a file below `secrets/`. */
export function encrypt({ sops }: SopsTools, root: string, path: string, fields: Record<string, unknown>): void {
  const file = join("secrets", `${path}.yaml`);
  const args = ["encrypt", "--filename-override", file, "--input-type", "json", "--output-type", "yaml"];
  const text = execFileSync(sops, args, { cwd: root, input: JSON.stringify(fields), encoding: "utf8" });
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}
