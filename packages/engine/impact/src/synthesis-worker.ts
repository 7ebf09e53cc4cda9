/*
 * Synthesizes products, one after the other, with the packages of one installation: `node synthesis-worker.js <node_modules>`. Two
 * versions of a package never meet in one process.
 */
import { cpSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve, sep } from "node:path";
import type { Deployment } from "@infra/inventory";
import { linkModules } from "./product-copy/link-modules.js";
import type { SynthesisAnswer, SynthesisRequest } from "./messages.js";

const modules = process.argv[2] ?? "";
const load = createRequire(join(modules, "installation.js"));
const core = load("@infra/core") as typeof import("@infra/core");
const { loadInventory, stackPackage } = load("@infra/inventory") as typeof import("@infra/inventory");

/** What of a product its stacks do not need, or what belongs to an installation of its own. */
const left = new Set(["node_modules", ".git", ".nx", ".infra", "state"]);

function answer({ folder, inventory, own }: SynthesisRequest): Omit<SynthesisAnswer, "memory"> {
  const { deployments } = loadInventory(join(folder, inventory));
  const holdsCode = deployments.some(({ stack }) => stackPackage(stack).startsWith(".") || stackPackage(stack) in own);
  return holdsCode
    ? withCopy(folder, own, (copy) => synthesizeAll(deployments, copy))
    : synthesizeAll(deployments, dirname(modules));
}

function synthesizeAll(deployments: readonly Deployment[], root: string): Omit<SynthesisAnswer, "memory"> {
  const configurations: Record<string, string> = {};
  const problems: string[] = [];
  for (const deployment of deployments) {
    try {
      const { configuration } = core.synthesize(deployment, stackOf(deployment, root), root);
      configurations[deployment.id] = JSON.stringify(configuration);
    } catch (error) {
      problems.push(`${deployment.id}: ${messageOf(error)}`);
    }
  }
  return { configurations, problems };
}

function stackOf({ stack }: Deployment, root: string): import("@infra/core").StackDefinition {
  const name = stackPackage(stack);
  const require = createRequire(join(root, "package.json"));
  const loaded = require(name.startsWith(".") ? resolve(root, name) : name) as { default?: unknown };
  const definition = loaded.default ?? loaded;
  if (core.isStackDefinition(definition)) return definition;
  throw new Error(`${JSON.stringify(name)} is not a stack`);
}

/** Stacks of the product's own find the installation's packages only beside them: they are copied, and forgotten afterwards. */
function withCopy<T>(folder: string, own: SynthesisRequest["own"], action: (copy: string) => T): T {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), "infra-impact-")));
  try {
    cpSync(folder, copy, { recursive: true, filter: (source) => source === folder || !left.has(basename(source)) });
    linkModules(modules, copy, own);
    return action(copy);
  } finally {
    for (const file of Object.keys(require.cache))
      if (file.startsWith(copy + sep)) Reflect.deleteProperty(require.cache, file);
    rmSync(copy, { recursive: true, force: true });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.on("message", (request: SynthesisRequest) => {
  let found: Omit<SynthesisAnswer, "memory">;
  try {
    found = answer(request);
  } catch (error) {
    found = { configurations: {}, problems: [messageOf(error)] };
  }
  const memory = process.memoryUsage.rss() / 1024 / 1024;
  process.send?.({ ...found, memory } satisfies SynthesisAnswer);
});
process.on("disconnect", () => process.exit());
