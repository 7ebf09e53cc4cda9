import * as path from "node:path";
import { type Context } from "./go.js";
import { runLogged, withProgress } from "./logged-run.js";
import { type CargoTool } from "./tools.js";

/**
 * Builds a tool with cargo, from the versions that its own lockfile names.
 * @param folder An empty folder to build in
 * @returns the path of the built program in that folder
 * @throws Error when there is no cargo, or one that ends with the last lines of the build log and names its file
 */
export async function buildWithCargo(tool: CargoTool, folder: string, context: Context): Promise<string> {
  const label = `${tool.crate} ${tool.version}`;
  const args = ["install", tool.crate, "--version", tool.version, "--locked", "--root", folder];
  const env = { CARGO_TARGET_DIR: path.join(folder, "target") };
  const command = { program: "cargo", args, cwd: folder, env };
  await withProgress({ label, from: `crates (${tool.takes} the first time)` }, context, () =>
    runLogged(command, label, context).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      throw new Error(`${label} is not on PATH, and there is no cargo to build it. Install ${label}, or Rust.`);
    }),
  );
  return path.join(folder, "bin", tool.crate);
}
