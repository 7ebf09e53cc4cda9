import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { NewOptions } from "@infra/product/new";
import { type Flags, helpText, parseFlags } from "./flags.js";

/** Makes a product from flags and answers. Sets the exit code of the process. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await create(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

async function create(args: readonly string[]): Promise<void> {
  const { flags, help, yes, dryRun, install, git } = parseFlags(args);
  if (help) {
    process.stdout.write(helpText());
    return;
  }
  const defaults: Flags = { packageManager: callingPackageManager() };
  const options = process.stdin.isTTY && !yes ? await ask(flags, defaults) : { ...defaults, ...flags };
  if (typeof options["name"] !== "string")
    throw new Error("the product has no name. Say it: npm create @infra/product <name>");
  const root = resolve(typeof options["directory"] === "string" ? options["directory"] : options["name"]);
  const changed = await write(root, { ...options, directory: ".", skipInstall: true } as unknown as NewOptions, dryRun);
  if (dryRun) process.stdout.write("Nothing was written: --dry-run.\n");
  else finish(root, changed, String(options["packageManager"]), { install, git });
}

async function ask(flags: Flags, defaults: Flags): Promise<Flags> {
  const { askForRest } = await import("./questions.js");
  return askForRest(flags, defaults);
}

async function write(root: string, options: NewOptions, dryRun: boolean): Promise<boolean> {
  // What the flags ask for is known by now: only what is made needs Nx.
  const { default: newGenerator } = require("@infra/product/new") as typeof import("@infra/product/new");
  const { flushChanges, FsTree } = await import("nx/src/generators/tree");
  const tree = new FsTree(root, false);
  await newGenerator(tree, options);
  const changes = tree.listChanges();
  for (const { type, path } of changes) process.stdout.write(`${type} ${relative(process.cwd(), join(root, path))}\n`);
  if (!dryRun) {
    mkdirSync(root, { recursive: true });
    flushChanges(root, changes);
  }
  return changes.length > 0;
}

function finish(
  root: string,
  changed: boolean,
  packageManager: string,
  { install, git }: { install: boolean; git: boolean },
): void {
  const inherit = { cwd: root, stdio: "inherit" } as const;
  if (git && !existsSync(join(root, ".git")) && !insideRepository(root)) initRepository(root);
  if (install && (changed || !existsSync(join(root, "node_modules"))))
    execFileSync(packageManager, ["install"], inherit);
  const folder = relative(process.cwd(), root);
  process.stdout.write(`\nNext: ${folder === "" ? "" : `cd ${folder} && `}make plan\n`);
}

/** A repository of its own, also where an outer git says which one it works on. */
function initRepository(root: string): void {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^GIT_(?!CONFIG_|SSH)/i.test(name)));
  try {
    execFileSync("git", ["init", "--quiet", "--initial-branch=main"], { cwd: root, stdio: "inherit", env });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "git is not on PATH" : "git init failed";
    process.stderr.write(`${root} is no repository yet: ${reason}. Run git init there, or say --no-git\n`);
  }
}

function insideRepository(folder: string): boolean {
  const parent = join(folder, "..");
  return existsSync(join(folder, ".git")) || (parent !== folder && insideRepository(parent));
}

/** The package manager that runs this: npm, pnpm and yarn say who they are. */
function callingPackageManager(): string {
  return /^(npm|pnpm|yarn)\//.exec(process.env["npm_config_user_agent"] ?? "")?.[1] ?? "npm";
}
