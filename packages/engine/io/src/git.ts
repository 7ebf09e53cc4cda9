import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Asks git something in a folder. @returns undefined when git, the repository or what was asked for is not there */
export async function git(folder: string, ...args: readonly string[]): Promise<string | undefined> {
  return await askGit(folder, ...args).catch(() => undefined);
}

/** As {@link git}. @throws Error with `stderr` when there is no answer */
export async function askGit(folder: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", ["-C", folder, ...args], { maxBuffer: 1 << 28 });
  return stdout.replace(/\n$/, "");
}
