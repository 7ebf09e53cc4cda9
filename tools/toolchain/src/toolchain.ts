import * as fs from "node:fs/promises";
import * as path from "node:path";
import { buildWithGo } from "./build.js";
import { buildWithCargo } from "./cargo.js";
import * as engineBinary from "@infra/opentofu";
import { type Context } from "./go.js";
import { installWithNpm } from "./npm.js";
import { findOnPath } from "./on-path.js";
import { installWithPip } from "./python.js";
import { MIRROR, tools, type Tool, type ToolName } from "./tools.js";

const RELEASE_TIMEOUT_MS = 5_000;

/** How {@link ensureTool} goes about it. */
export type EnsureOptions = Partial<Context>;

/**
 * The path of a tool: in the cache, or on PATH where one there will do; it is installed or built when it is not there. Several processes may
 * call it at once.
 * @throws Error that says why it can't be had; nothing is left in the cache then, except the log of a failed build
 */
export async function ensureTool(name: ToolName, options: EnsureOptions = {}): Promise<string> {
  const context = contextOf(options);
  const target = toolPath(name, context.env);
  if (await isThere(target)) return target;
  const tool: Tool = tools[name];
  const found = tool.onPath && (await findOnPath(tool.onPath, tool.version, context.env));
  if (found) return found;
  if (tool.from === "go" && tool.release && (await installRelease(context))) return target;
  return await build(name, context);
}

/**
 * The engine that `infra` will use. Where none is installed and none can be downloaded, OpenTofu is built.
 * @returns its path
 */
export async function ensureEngine(options: EnsureOptions = {}): Promise<string> {
  const context = contextOf(options);
  try {
    return (await engineBinary.findEngine({ ...context, timeout: RELEASE_TIMEOUT_MS })).path;
  } catch (error) {
    if (!engineBinary.isEngineError(error, "not-found", "no-release")) throw error;
    context.log("infra: no engine is installed and no official release can be had from here");
  }
  return await build("tofu", context);
}

/** Where a tool lies in the cache, whether it is there or not. */
export function toolPath(name: ToolName, env: NodeJS.ProcessEnv = process.env): string {
  const { os, arch } = engineBinary.goPlatform() ?? { os: process.platform, arch: process.arch };
  const file = tools[name].file.replace("<os>", os).replace("<arch>", arch);
  return path.join(engineBinary.cacheDirectory(env), ...file.split("/"));
}

/** The filesystem mirror with the built providers, for `provider_installation { filesystem_mirror { … } }`. */
export function mirrorDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return path.join(engineBinary.cacheDirectory(env), MIRROR);
}

/** Whether a file exists. */
export async function isThere(file: string): Promise<boolean> {
  return await fs.access(file).then(
    () => true,
    () => false,
  );
}

async function build(name: ToolName, context: Context): Promise<string> {
  const tool: Tool = tools[name];
  const file = toolPath(name, context.env);
  await engineBinary.makeOnce({
    // What is installed is made whole, with the folder above the program's `bin`.
    target: tool.from === "python" || tool.from === "npm" ? path.dirname(path.dirname(file)) : file,
    make: (folder) => {
      if (tool.from === "go") return buildWithGo(name, tool, folder, context);
      if (tool.from === "cargo") return buildWithCargo(tool, folder, context);
      return tool.from === "npm"
        ? installWithNpm(name, tool, folder, context)
        : installWithPip(name, tool, folder, context);
    },
    onWait: () => context.log(`infra: waiting for another process that builds ${name} ${tool.version}`),
  });
  return file;
}

async function installRelease({ env, log }: Context): Promise<boolean> {
  try {
    await engineBinary.installOpenTofu({ env, log, timeout: RELEASE_TIMEOUT_MS });
    return true;
  } catch (error) {
    if (!engineBinary.isEngineError(error, "unreachable", "no-release")) throw error;
    return false;
  }
}

function contextOf({
  env = process.env,
  log = (line) => void process.stderr.write(`${line}\n`),
}: EnsureOptions): Context {
  return { env, log };
}
