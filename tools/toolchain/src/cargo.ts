import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as engineBinary from "@infra/engine/binary";
import { type Context } from "./go.js";
import { type CargoTool } from "./tools.js";

const LAST_LINES = 10;

/**
 * Builds a tool with cargo, from the versions that its own lockfile names.
 * @param folder An empty folder to build in
 * @returns the path of the built program in that folder
 * @throws Error that ends with the last lines of the build log and names its file
 */
export async function buildWithCargo(tool: CargoTool, folder: string, context: Context): Promise<string> {
  const label = `${tool.crate} ${tool.version}`;
  const started = Date.now();
  context.log(`infra: building ${label} with cargo (${tool.takes} the first time)`);
  const log = path.join(engineBinary.cacheDirectory(context.env), "logs", `${tool.crate}-${tool.version}.log`);
  await fs.mkdir(path.dirname(log), { recursive: true });
  const args = ["install", tool.crate, "--version", tool.version, "--locked", "--root", folder];
  await runLogged(args, { ...context.env, CARGO_TARGET_DIR: path.join(folder, "target") }, label, log);
  context.log(`infra: built ${label} in ${String(Math.round((Date.now() - started) / 1000))} s`);
  return path.join(folder, "bin", tool.crate);
}

async function runLogged(args: readonly string[], env: NodeJS.ProcessEnv, label: string, log: string): Promise<void> {
  const output = await fs.open(log, "w");
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      const child = spawn("cargo", args, { env, stdio: ["ignore", output.fd, output.fd] });
      child.once("exit", resolve).once("error", () => {
        reject(new Error(`${label} is not on PATH, and there is no cargo to build it. Install ${label}, or Rust.`));
      });
    });
    if (code === 0) return await fs.rm(log);
  } finally {
    await output.close();
  }
  const lines = (await fs.readFile(log, "utf8")).trimEnd().split("\n").slice(-LAST_LINES);
  throw new Error(`${label} could not be built; the whole log is ${log}:\n${lines.join("\n")}`);
}
