import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheDirectory } from "@infra/opentofu";
import { ansible } from "./ansible.js";
import { collection, type Role, scenarios } from "./collection.js";
import { findHosts } from "./hosts.js";

/** `long` is the sequence of `config/config.yml`; `short` is that of `config/short.yml`, without check mode and side effects. */
export type Form = "long" | "short";

/** How a scenario ended. */
export interface ScenarioResult {
  readonly role: string;
  readonly succeeded: boolean;
  /** Whether it succeeded with exactly these files before, and was not run. */
  readonly unchanged: boolean;
  readonly seconds: number;
  /** All that it printed. */
  readonly output: string;
}

/**
 * Runs the scenario of a role. A short form that succeeded is remembered, outside the tree, by the content of all files that it reads.
 * @throws NoHosts when there are no containers with systemd on this machine
 */
export async function runScenario(role: Role, form: Form, log?: (line: string) => void): Promise<ScenarioResult> {
  const hosts = await findHosts(log);
  const { run } = await ansible();
  const record = join(cacheDirectory(process.env), "roles", `${role.name}-${inputsOf(role)}`);
  if (form === "short" && existsSync(record))
    return { role: role.name, succeeded: true, unchanged: true, seconds: 0, output: "" };
  const start = Date.now();
  const configurations = form === "short" ? ["config.yml", "short.yml"] : ["config.yml"];
  const base = configurations.flatMap((file) => ["-c", join(scenarios, "config", file)]);
  const { succeeded, output } = await run("molecule", [...base, "test", "-s", role.name], hosts);
  if (succeeded) {
    await mkdir(dirname(record), { recursive: true });
    await writeFile(record, "");
  }
  return { role: role.name, succeeded, unchanged: false, seconds: (Date.now() - start) / 1000, output };
}

/** A hash of everything that a scenario reads: its role, what all share, its playbooks and the versions of the tools. */
function inputsOf({ name }: Role): string {
  const folders = [
    `roles/${name}`,
    "roles/_common",
    "plugins",
    `extensions/molecule/${name}`,
    "extensions/molecule/config",
  ];
  const hash = createHash("sha256");
  for (const file of folders.flatMap((folder) => filesBelow(join(collection, folder))))
    hash.update(file.slice(collection.length)).update("\0").update(readFileSync(file)).update("\0");
  hash.update(readFileSync(join(__dirname, "../../toolchain/python/ansible/requirements.txt")));
  return hash.digest("hex").slice(0, 16);
}

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : path.endsWith(".md") ? [] : [path]));
}
