import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { cacheDirectory } from "./cache.js";

const TIMEOUT_MS = 20_000;

const engineName = z.enum(["tofu", "terraform"]);

/** What a program says about itself. */
const identity = z.object({ name: engineName, version: z.string().regex(/^\d+\.\d+\.\d+/) });
const remembered = identity.extend({ path: z.string(), mtimeMs: z.number(), size: z.number() });
const versionOutput = z.object({ terraform_version: identity.shape.version });

/** Which of the two engines a program is. */
export type EngineName = z.infer<typeof engineName>;
/** Name and version of an engine's binary. */
export type EngineIdentity = z.infer<typeof identity>;

/** Runs a program. @returns its standard output */
export type Run = (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => Promise<string>;

/**
 * Which engine and version a program is. The answer is kept in the cache under the file's path, time and size, so that
 * it is started once; scripts are asked every time, because those of version managers answer differently per folder.
 * @throws Error when it can't be run or isn't an engine
 */
export async function identify(
  file: string,
  env: NodeJS.ProcessEnv = process.env,
  run: Run = runProgram,
): Promise<EngineIdentity> {
  const { mtimeMs, size } = await fs.stat(file);
  const record = path.join(cacheDirectory(env), "versions", `${createHash("sha256").update(file).digest("hex")}.json`);
  const known = await recall(record);
  if (known?.path === file && known.mtimeMs === mtimeMs && known.size === size) return known;
  const found = await ask(file, env, run);
  if (!(await isScript(file))) await remember(record, { ...found, path: file, mtimeMs, size });
  return found;
}

async function ask(file: string, env: NodeJS.ProcessEnv, run: Run): Promise<EngineIdentity> {
  const quiet = quietEnvironment(env);
  const output: unknown = JSON.parse(await run(file, ["version", "-json"], quiet));
  const { terraform_version: version } = versionOutput.parse(output);
  const base = path.basename(file);
  if (base.startsWith("tofu")) return { name: "tofu", version };
  if (base.startsWith("terraform")) return { name: "terraform", version };
  return { name: (await run(file, ["version"], quiet)).startsWith("OpenTofu") ? "tofu" : "terraform", version };
}

/** Without the user's arguments and settings, and without the look-up of newer versions. */
function quietEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith("TF_"));
  return { ...Object.fromEntries(kept), TF_CLI_CONFIG_FILE: os.devNull, CHECKPOINT_DISABLE: "1" };
}

async function runProgram(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await promisify(execFile)(file, args, { env, timeout: TIMEOUT_MS });
  return stdout;
}

async function isScript(file: string): Promise<boolean> {
  const handle = await fs.open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.toString("latin1") === "#!";
  } finally {
    await handle.close();
  }
}

async function recall(record: string): Promise<z.infer<typeof remembered> | undefined> {
  try {
    return remembered.safeParse(JSON.parse(await fs.readFile(record, "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** A cache that can't be written costs time, never a run. */
async function remember(record: string, value: z.infer<typeof remembered>): Promise<void> {
  const temporary = `${record}.${randomUUID()}`;
  try {
    await fs.mkdir(path.dirname(record), { recursive: true });
    await fs.writeFile(temporary, JSON.stringify(value));
    await fs.rename(temporary, record);
  } catch {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
  }
}
