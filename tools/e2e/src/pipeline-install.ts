import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { parse, parseAllDocuments } from "yaml";

/** What installs the packages of a product. */
export type PackageManager = "npm" | "pnpm" | "yarn";

/** The lines with which the workflow on GitHub installs: the steps of the action `setup` whose condition is met. */
export function gitHubInstall(repository: string, manager: PackageManager): string[] {
  const text = readFileSync(join(repository, ".github/actions/setup/action.yaml"), "utf8");
  const { runs } = parse(text) as { runs: { steps: { if?: string; run?: string }[] } };
  return runs.steps
    .filter(({ if: condition }) => condition === undefined || isMet(condition, manager))
    .flatMap(({ run }) => run ?? []);
}

/** The lines with which the pipeline on GitLab installs. */
export function gitLabInstall(repository: string, manager: PackageManager): string[] {
  const [, pipeline] = parseAllDocuments(readFileSync(join(repository, "templates/product.yml"), "utf8"));
  const jobs = pipeline?.toJS() as Readonly<Record<string, { before_script: string[] }>>;
  return jobs[`.infra-install-${manager}`]?.before_script ?? [];
}

/** A machine that runs a job, with Node and nothing else. */
export interface Machine {
  /** A folder to work in, which is made. */
  readonly folder: string;
  /** The program corepack, which comes with Node. */
  readonly corepack: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Runs lines in a clean clone of a product, each as the platforms do.
 *
 * @returns the clone
 * @throws Error with all that a line printed, when it fails
 */
export async function runInClone(lines: readonly string[], product: string, machine: Machine): Promise<string> {
  const [programs, clone] = [join(machine.folder, "bin"), join(machine.folder, "clone")];
  mkdirSync(programs, { recursive: true });
  // What corepack enables goes beside it.
  symlinkSync(machine.corepack, join(programs, "corepack"));
  await execa("git", ["clone", "--quiet", product, clone]);
  const env = { ...machine.env, CI: "true", PATH: `${programs}:${machine.env["PATH"] ?? ""}` };
  for (const line of lines) {
    const args = ["--noprofile", "--norc", "-eo", "pipefail", "-c", line];
    const how = { cwd: clone, env, extendEnv: false, all: true, reject: false, stdin: "ignore" } as const;
    const { exitCode, all } = await execa("bash", args, how);
    if (exitCode !== 0) throw new Error(`exit code ${String(exitCode)}\n$ ${line}\n${all}`);
  }
  return clone;
}

/** Whether the condition of a step is met. @throws Error for one that is not known here */
function isMet(condition: string, manager: PackageManager): boolean {
  const [, sign, word] = /^inputs\.package-manager (==|!=) '(\w+)'$/.exec(condition) ?? [];
  if (sign === undefined) throw new Error(`unknown condition: ${condition}`);
  return (word === manager) === (sign === "==");
}
