import { execFile } from "node:child_process";
import { constants } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import { isOlder } from "./go.js";
import { type Tool } from "./tools.js";

const TIMEOUT_MS = 10_000;

/** The program on PATH, when it is new enough and of the same major version. */
export async function findOnPath(tool: Tool, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { onPath } = tool;
  const file = onPath && (await whereIs(onPath.command, env));
  if (!file) return undefined;
  const version = await versionOf(file, onPath.arguments, env);
  const fits = version !== undefined && !isOlder(version, onPath.least) && majorOf(version) === majorOf(tool.version);
  return fits ? file : undefined;
}

async function whereIs(command: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env["PATH"] ?? "").split(path.delimiter).filter(Boolean)) {
    const file = path.join(folder, command);
    const usable = await fs.access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return file;
  }
  return undefined;
}

async function versionOf(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(file, args, { env, timeout: TIMEOUT_MS });
    return /(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function majorOf(version: string): string | undefined {
  return version.split(".")[0];
}
