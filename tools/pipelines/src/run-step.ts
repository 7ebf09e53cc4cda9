import { execa } from "execa";

/** What a step printed, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a script as the platforms do: it ends at the first command that fails. The environment is just what is named. */
export async function runScript(script: string, folder: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  const { exitCode, all } = await execa("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
    cwd: folder,
    env,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    all: true,
    maxBuffer: 1e9,
  });
  return { code: exitCode ?? 1, output: `$ ${script}\n${all}\n` };
}
