import * as fs from "node:fs/promises";
import * as path from "node:path";
import { findGo, type Context } from "./go.js";
import { runLogged, withProgress } from "./logged-run.js";
import { type GoTool, type ToolName } from "./tools.js";

/** The folder with the wrapper modules. */
export const wrappers = path.join(__dirname, "..", "go");

/**
 * Builds a tool with Go, from exactly the modules that the wrapper's go.sum lists.
 * @param folder An empty folder to build in
 * @returns the path of the built program in that folder
 * @throws Error that ends with the last lines of the build log and names its file
 */
export async function buildWithGo(name: ToolName, tool: GoTool, folder: string, context: Context): Promise<string> {
  const cwd = path.join(wrappers, tool.wrapper);
  const go = await findGo(await neededGo(cwd), context);
  const program = path.join(folder, path.posix.basename(tool.file));
  const label = `${name} ${tool.version}`;
  const flags = ["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", tool.ldflags];
  const args = [...flags, "-o", program, tool.package];
  const env = { GOFLAGS: "", GOWORK: "off", GOTOOLCHAIN: "local" };
  await withProgress({ label, from: `Go modules (${tool.takes} the first time)` }, context, () =>
    runLogged({ program: go, args, cwd, env }, label, context),
  );
  return program;
}

/** The least Go version that a wrapper's go.mod asks for. */
async function neededGo(wrapper: string): Promise<string> {
  const text = await fs.readFile(path.join(wrapper, "go.mod"), "utf8");
  return /^go (\S+)$/m.exec(text)?.[1] ?? "1.0";
}
