import { existsSync } from "node:fs";
import * as path from "node:path";
import { type Context } from "./go.js";
import { runLogged, withProgress } from "./logged-run.js";

/**
 * Programs that come from the packages of Debian or Ubuntu, which are installed when the process is root.
 * @param programs Packages by the programs that are looked for on PATH: `{ podman: "podman" }`
 * @throws Error that names the missing programs and what installs them
 */
export async function ensureSystemPrograms(
  programs: Readonly<Record<string, string>>,
  log: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const missing = Object.keys(programs).filter((program) => !isOnPath(program, env));
  if (missing.length === 0) return;
  const packages = missing.map((program) => programs[program] ?? program);
  const command = `apt-get install ${packages.join(" ")}`;
  if (!isOnPath("apt-get", env))
    throw new Error(`${missing.join(", ")} not found on PATH. Install what your system calls ${packages.join(", ")}.`);
  if (process.getuid?.() !== 0) throw new Error(`${missing.join(", ")} not found on PATH. Run: sudo ${command}`);
  await install(packages, { env: { ...env, DEBIAN_FRONTEND: "noninteractive" }, log });
}

async function install(packages: readonly string[], context: Context): Promise<void> {
  const label = packages.join("-");
  const job = { label, from: "the packages of the system" };
  const run = (args: readonly string[]) => runLogged({ program: "apt-get", args, cwd: "/" }, label, context);
  await withProgress(job, context, async () => {
    await run(["update", "-q"]);
    await run(["install", "-y", "-q", "-o", "DPkg::Lock::Timeout=300", ...packages]);
  });
}

function isOnPath(program: string, env: NodeJS.ProcessEnv): boolean {
  const folders = [...(env["PATH"] ?? "").split(path.delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => folder !== "" && existsSync(path.join(folder, program)));
}
