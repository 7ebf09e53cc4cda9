import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { gitEnvironment, gitWithoutHooks, infraError, type InfraError } from "@infra/inventory";

/** Asks git something in a folder. @returns undefined when git, the repository or what was asked for is not there */
export async function git(folder: string, ...args: readonly string[]): Promise<string | undefined> {
  return await askGit(folder, ...args).catch(() => undefined);
}

/** As {@link git}. @throws Error with `stderr` when there is no answer */
export async function askGit(folder: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", ["-C", folder, ...gitWithoutHooks, ...args], {
    maxBuffer: 1 << 28,
    env: gitEnvironment(process.env),
  });
  return stdout.replace(/\n$/, "");
}

/**
 * Why git answers nothing at all in a folder: it is missing, the folder is in no repository, or the repository belongs to another user.
 *
 * @returns undefined when git answers
 */
export async function gitProblem(folder: string): Promise<InfraError | undefined> {
  try {
    await askGit(folder, "rev-parse", "--git-dir");
    return undefined;
  } catch (error) {
    return problemOf(folder, error as GitError);
  }
}

type GitError = Error & { readonly code?: string | number; readonly stderr?: string };

function problemOf(folder: string, { code, stderr = "", message }: GitError): InfraError {
  if (code === "ENOENT") return infraError("git is not on PATH", "Install git, or add its folder to PATH");
  if (stderr.includes("dubious ownership"))
    return infraError(
      `git refuses to read the repository of ${folder}: it belongs to another user`,
      `Run as its owner, or trust it: git config --global --add safe.directory ${JSON.stringify(folder)}`,
    );
  if (stderr.includes("not a git repository"))
    return infraError(`${folder} is not in a git repository`, "Run in a clone of the product, or run git init");
  const reason = gitReason(stderr) ?? message;
  return infraError(`git cannot read the repository of ${folder}: ${reason}`, "Make git status work there");
}

/** The line in which git says why it failed: what follows it is advice. @returns undefined when git printed nothing */
export function gitReason(stderr: string): string | undefined {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  return lines.find((line) => /^(?:fatal|error): /.test(line)) ?? lines.at(-1);
}
