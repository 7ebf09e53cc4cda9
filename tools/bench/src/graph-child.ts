/*
 * Infers the projects of the workspace in the working folder, `node graph-child.js <infra | bare>`, and prints what that took: seconds
 * with the loading of the plugin, projects found, and inventory files read. What Nx does before it asks a plugin, finding and hashing the
 * files of the workspace, is left out. Bare: every file is only read and parsed.
 */
import fs from "node:fs";
import { join } from "node:path";
import type { CreateNodes } from "@nx/devkit";
import { globWithWorkspaceContext, setupWorkspaceContext } from "nx/src/utils/workspace-context";

const root = process.cwd();
let reads = 0;
const { readFileSync } = fs;
fs.readFileSync = ((...args: Parameters<typeof readFileSync>) => {
  if (String(args[0]).endsWith(".yaml")) reads += 1;
  return readFileSync(...args);
}) as typeof readFileSync;

async function withPlugin(): Promise<{ seconds: number; found: number }> {
  setupWorkspaceContext(root);
  await globWithWorkspaceContext(root, ["package.json"]);
  const loading = performance.now();
  const { createNodes } = require("@infra/product") as { createNodes: CreateNodes };
  const [glob, infer] = createNodes;
  const loaded = performance.now();
  const files = await globWithWorkspaceContext(root, [glob]);
  const begun = performance.now();
  const results = await infer(files, undefined, { workspaceRoot: root, nxJsonConfiguration: {} });
  const seconds = (loaded - loading + performance.now() - begun) / 1000;
  return { seconds, found: results.flatMap(([, { projects = {} }]) => Object.keys(projects)).length };
}

function withParser(): { seconds: number; found: number } {
  const begun = performance.now();
  const { parse } = require("yaml") as typeof import("yaml");
  const folder = join(root, "inventory", "production");
  const found = fs.readdirSync(folder).map((file) => parse(readFileSync(join(folder, file), "utf8")) as object).length;
  return { seconds: (performance.now() - begun) / 1000, found };
}

async function main(): Promise<void> {
  const inferred = process.argv[2] === "infra" ? await withPlugin() : withParser();
  process.stdout.write(JSON.stringify({ ...inferred, reads }));
  // The workspace context keeps threads that outlive the work.
  process.exit();
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
