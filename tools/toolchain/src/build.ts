import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as engineBinary from "@infra/engine/binary";
import { findGo, type Context } from "./go.js";
import { type Tool, type ToolName } from "./tools.js";

const REPORT_EVERY_MS = 30_000;
const LAST_LINES = 10;

/** The folder with the wrapper modules. */
export const wrappers = path.join(__dirname, "..", "go");

/**
 * Builds a tool with Go, from exactly the modules that the wrapper's go.sum lists.
 * @param folder An empty folder to build in
 * @returns the path of the built program in that folder
 * @throws Error that ends with the last lines of the build log and names its file
 */
export async function buildWithGo(name: ToolName, tool: Tool, folder: string, context: Context): Promise<string> {
  const wrapper = path.join(wrappers, tool.wrapper);
  const go = await findGo(await neededGo(wrapper), context);
  const program = path.join(folder, path.posix.basename(tool.file));
  const label = `${name} ${tool.version}`;
  const started = Date.now();
  const elapsed = () => `${String(Math.round((Date.now() - started) / 1000))} s`;
  context.log(`infra: building ${label} from Go modules (${tool.takes} the first time)`);
  const reports = setInterval(() => context.log(`infra: building ${label}: ${elapsed()}`), REPORT_EVERY_MS);
  try {
    const args = ["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", tool.ldflags];
    await runLogged(go, [...args, "-o", program, tool.package], wrapper, label, context);
  } finally {
    clearInterval(reports);
  }
  context.log(`infra: built ${label} in ${elapsed()}`);
  return program;
}

/** The least Go version that a wrapper's go.mod asks for. */
async function neededGo(wrapper: string): Promise<string> {
  const text = await fs.readFile(path.join(wrapper, "go.mod"), "utf8");
  return /^go (\S+)$/m.exec(text)?.[1] ?? "1.0";
}

async function runLogged(go: string, args: readonly string[], cwd: string, label: string, { env }: Context) {
  const log = path.join(engineBinary.cacheDirectory(env), "logs", `${label.replace(" ", "-")}.log`);
  await fs.mkdir(path.dirname(log), { recursive: true });
  const output = await fs.open(log, "w");
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      const own = { GOFLAGS: "", GOWORK: "off", GOTOOLCHAIN: "local" };
      const child = spawn(go, args, { cwd, env: { ...env, ...own }, stdio: ["ignore", output.fd, output.fd] });
      child.once("error", reject).once("exit", resolve);
    });
    if (code === 0) return await fs.rm(log);
  } finally {
    await output.close();
  }
  const lines = (await fs.readFile(log, "utf8")).trimEnd().split("\n").slice(-LAST_LINES);
  throw new Error(`${label} could not be built; the whole log is ${log}:\n${lines.join("\n")}`);
}
