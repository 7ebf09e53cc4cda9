/*
 * Infers the projects of the workspace in the working folder, `node graph-child.js <infra | bare>`, and prints what that took: seconds
 * with the loading of the plugin, projects found, and inventory files read. Bare: every file is only read and parsed.
 */
import fs from "node:fs";
import { join } from "node:path";
import type { CreateNodes } from "@nx/devkit";

const root = process.cwd();
let reads = 0;
const { readFileSync } = fs;
fs.readFileSync = ((...args: Parameters<typeof readFileSync>) => {
  if (String(args[0]).endsWith(".yaml")) reads += 1;
  return readFileSync(...args);
}) as typeof readFileSync;

/** What Nx hands to the plugin: every YAML file of the workspace. */
function inventoryFiles(): string[] {
  const folder = join("inventory", "production");
  const deployments = fs.readdirSync(join(root, folder)).map((file) => join(folder, file));
  return [join("inventory", "product.yaml"), ...deployments];
}

async function withPlugin(files: readonly string[]): Promise<number> {
  const plugin = require("@infra/product") as { createNodes: CreateNodes };
  const [, infer] = plugin.createNodes;
  const results = await infer(files, undefined, { workspaceRoot: root, nxJsonConfiguration: {} });
  return results.flatMap(([, { projects = {} }]) => Object.keys(projects)).length;
}

function withParser(files: readonly string[]): number {
  const { parse } = require("yaml") as typeof import("yaml");
  return files.map((file) => parse(readFileSync(join(root, file), "utf8")) as object).length;
}

async function main(): Promise<void> {
  const files = inventoryFiles();
  const begun = performance.now();
  const found = process.argv[2] === "infra" ? await withPlugin(files) : withParser(files);
  process.stdout.write(JSON.stringify({ seconds: (performance.now() - begun) / 1000, found, reads }));
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
