import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import { type Context, isOlder } from "./go.js";
import { runLogged, withProgress } from "./logged-run.js";
import { type PythonTool, type ToolName } from "./tools.js";

/** The folder with the lists of Python packages. */
export const requirements = path.join(__dirname, "..", "python");

/** The least Python that the lists are resolved for. */
export const leastPython = "3.10";

/**
 * Installs a tool from PyPI into a virtual environment: exactly the packages that its requirements.txt lists, with their hashes.
 * @param folder An empty folder
 * @returns the path of the environment in that folder
 * @throws Error when there is no Python, or one that ends with the last lines of the log and names its file
 */
export async function installWithPip(name: ToolName, tool: PythonTool, folder: string, context: Context) {
  const python = await findPython(context);
  const label = `${name} ${tool.version}`;
  const environment = path.join(folder, "environment");
  const inside = path.join(environment, "bin", "python");
  const list = path.join(requirements, tool.requirements, "requirements.txt");
  const pip = ["-m", "pip", "install", "--require-hashes", "--no-input", "--disable-pip-version-check", "-r", list];
  await withProgress({ label, from: `PyPI (${tool.takes} the first time)` }, context, async () => {
    await runLogged({ program: python, args: ["-m", "venv", environment], cwd: folder }, label, context);
    await runLogged({ program: inside, args: pip, cwd: folder }, label, context);
  });
  if (tool.module !== undefined)
    await fs.writeFile(path.join(environment, "bin", path.posix.basename(tool.file)), startOf(tool.module), {
      mode: 0o755,
    });
  return environment;
}

/** Starts the tool with the Python beside it: the scripts that pip writes name the folder that they were made in. */
function startOf(module: string): string {
  return `#!/bin/sh\nexec "$(dirname "$0")/python" -m ${module} "$@"\n`;
}

async function findPython({ env }: Context): Promise<string> {
  const print = "import sys; print('%d.%d' % sys.version_info[:2])";
  for (const name of ["python3", "python"]) {
    const found = await promisify(execFile)(name, ["-c", print], { env }).catch(() => undefined);
    const version = found?.stdout.trim();
    if (version && !isOlder(version, leastPython)) return name;
  }
  throw new Error(`There is no Python ${leastPython} or newer on PATH. Install Python 3 with its module venv.`);
}
