import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import { type Context, isOlder } from "./go.js";
import { runLogged, withProgress } from "./logged-run.js";
import { type PythonTool, type ToolName } from "./tools.js";

/** A start that is a shell script and, for Python, a string. */
const START_BESIDE = `#!/bin/sh\n'''exec' "$(dirname "$(readlink -f "$0")")/python" "$0" "$@"\n' '''\n`;

/** The folder with the lists of Python packages. */
export const requirements = path.join(__dirname, "..", "python");

/** The least Python that a list is resolved for, unless its tool names a newer one. */
export const leastPython = "3.10";

/**
 * Installs a tool from PyPI into a virtual environment: exactly the packages that its requirements.txt lists, with their hashes.
 * @param folder An empty folder
 * @returns the path of the environment in that folder
 * @throws Error when there is no Python, or one that ends with the last lines of the log and names its file
 */
export async function installWithPip(name: ToolName, tool: PythonTool, folder: string, context: Context) {
  const python = await findPython(tool.python ?? leastPython, context);
  const label = `${name} ${tool.version}`;
  const environment = path.join(folder, "environment");
  const inside = path.join(environment, "bin", "python");
  const list = path.join(requirements, tool.requirements, "requirements.txt");
  const pip = ["-m", "pip", "install", "--require-hashes", "--no-input", "--disable-pip-version-check", "-r", list];
  await withProgress({ label, from: `PyPI (${tool.takes} the first time)` }, context, async () => {
    await runLogged({ program: python, args: ["-m", "venv", environment], cwd: folder }, label, context);
    await runLogged({ program: inside, args: pip, cwd: folder }, label, context);
  });
  await makeRelocatable(path.dirname(inside));
  if (tool.module !== undefined)
    await fs.writeFile(path.join(environment, "bin", path.posix.basename(tool.file)), startOf(tool.module), {
      mode: 0o755,
    });
  return environment;
}

/**
 * Lets the scripts of an environment start with the Python beside them: pip writes the folder that they were made in into their
 * first line, and the environment is moved from there when it is complete.
 */
async function makeRelocatable(bin: string): Promise<void> {
  for (const name of await fs.readdir(bin)) {
    const file = path.join(bin, name);
    if ((await fs.lstat(file)).isSymbolicLink()) continue;
    const text = await fs.readFile(file, "latin1");
    const body = bodyOf(text, bin);
    if (body !== undefined) await fs.writeFile(file, START_BESIDE + body, "latin1");
  }
}

/** What follows the start that pip writes: a first line, or three where the path is too long for one. */
function bodyOf(text: string, bin: string): string | undefined {
  const lines = text.split("\n");
  if (lines[0]?.startsWith(`#!${bin}`)) return lines.slice(1).join("\n");
  return lines[1]?.startsWith(`'''exec' ${bin}`) ? lines.slice(3).join("\n") : undefined;
}

/** Starts the tool with the Python beside it: the scripts that pip writes name the folder that they were made in. */
function startOf(module: string): string {
  return `#!/bin/sh\nexec "$(dirname "$0")/python" -m ${module} "$@"\n`;
}

async function findPython(least: string, { env }: Context): Promise<string> {
  const print = "import sys; print('%d.%d' % sys.version_info[:2])";
  for (const name of ["python3", "python"]) {
    const found = await promisify(execFile)(name, ["-c", print], { env }).catch(() => undefined);
    const version = found?.stdout.trim();
    if (version && !isOlder(version, least)) return name;
  }
  throw new Error(`There is no Python ${least} or newer on PATH. Install Python 3 with its module venv.`);
}
