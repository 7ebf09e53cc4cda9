import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { isOlder } from "./go.js";

/** How a program on PATH says its version. */
export interface OnPath {
  /** Its name on PATH. */
  readonly command: string;
  /** Arguments that make it print its version. */
  readonly args: readonly string[];
  /** Finds the version in what it prints, as the first group. */
  readonly pattern: RegExp;
  /** The oldest version that will do. @default - the version that would be built */
  readonly least?: string;
}

/**
 * A program on PATH of the same major version that is new enough.
 * @returns its path, undefined when there is none
 */
export async function findOnPath(
  { command, args, pattern, least }: OnPath,
  wanted: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  for (const folder of (env["PATH"] ?? "").split(path.delimiter).filter(Boolean)) {
    const file = path.join(folder, command);
    const version = await versionOf(file, args, pattern);
    if (version && fits(version, least ?? wanted)) return file;
  }
  return undefined;
}

function fits(version: string, least: string): boolean {
  return version.split(".")[0] === least.split(".")[0] && !isOlder(version, least);
}

async function versionOf(file: string, args: readonly string[], pattern: RegExp): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(file, args, { timeout: 10_000 });
    return pattern.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}
