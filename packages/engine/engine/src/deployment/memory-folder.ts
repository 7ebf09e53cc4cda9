import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { livenessOf, type ProcessIdentity, thisProcess } from "@infra/state";

const prefix = "infra-plans-";
const ownerFile = "owner.json";

let folder: string | undefined;

/**
 * A private folder of this process that is in memory where the system has one. It goes with the process; what a killed process
 * left is removed by the next one.
 */
export function memoryFolder(): string {
  if (folder !== undefined) return folder;
  const parent = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  removeLeft(parent);
  const made = mkdtempSync(join(parent, prefix));
  process.once("exit", () => {
    rmSync(made, { recursive: true, force: true });
  });
  writeFileSync(join(made, ownerFile), JSON.stringify(thisProcess()));
  folder = made;
  return made;
}

function removeLeft(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(prefix)) continue;
    try {
      const owner = JSON.parse(readFileSync(join(parent, name, ownerFile), "utf8")) as ProcessIdentity;
      if (livenessOf(owner) === "dead") rmSync(join(parent, name), { recursive: true, force: true });
    } catch {
      // Another user's, or one that is being made.
    }
  }
}
