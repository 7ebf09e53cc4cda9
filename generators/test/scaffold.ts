import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { logger, type GeneratorCallback, type Tree } from "@nx/devkit";
import { flushChanges, FsTree } from "nx/src/generators/tree";
import { vi } from "vitest";
import newGenerator, { type NewOptions } from "../src/generators/new/new.js";

const repository = resolve(__dirname, "../..");

/** A generator, as Nx calls it. */
type Generator<O> = (tree: Tree, options: O) => Promise<unknown>;

/** An empty folder for a product. */
export function emptyFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), "product-")));
}

/** What a generator did. */
interface Generated {
  /** The paths that it changed. */
  readonly changed: string[];
  readonly callback: GeneratorCallback | undefined;
  /** The lines that it told the user, unless the test listens to the logger itself. */
  readonly told: string[];
}

/** Runs a generator on a folder. */
export async function generate<O>(root: string, generator: Generator<O>, options: O): Promise<Generated> {
  const told: string[] = [];
  const listener = vi.isMockFunction(logger.info)
    ? undefined
    : vi.spyOn(logger, "info").mockImplementation((line: string) => void told.push(line));
  try {
    const tree = new FsTree(root, false);
    const callback = (await generator(tree, options)) as GeneratorCallback | undefined;
    const changes = tree.listChanges();
    flushChanges(root, changes);
    return { changed: changes.map(({ path }) => path).sort(), callback, told };
  } finally {
    listener?.mockRestore();
  }
}

/** A product in a folder of its own, with the repository's packages installed. */
export async function scaffold(options: Partial<NewOptions> = {}): Promise<string> {
  const root = emptyFolder();
  await generate(root, newGenerator, { name: "acme", directory: ".", region: "fsn1", ...options });
  linkPackages(root);
  return root;
}

/** Installs every package of the repository into a folder, as links. */
export function linkPackages(root: string): void {
  mkdirSync(join(root, "node_modules"), { recursive: true });
  for (const name of readdirSync(join(repository, "node_modules")))
    symlinkSync(join(repository, "node_modules", name), join(root, "node_modules", name));
}

/** What a program printed, and its exit code. */
export interface Exit {
  readonly status: number | null;
  readonly stdout: string;
  readonly all: string;
}

/** Runs the infra command in a product. */
export function infra(root: string, ...args: string[]): Exit {
  return program(root, "@infra/cli/bin/infra.js", args);
}

/** Runs nx in a product, with no daemon and nothing shared with other workspaces. */
export function nx(root: string, ...args: string[]): Exit {
  return program(root, "nx/dist/bin/nx.js", args);
}

function program(root: string, file: string, args: readonly string[]): Exit {
  const isolated = { NX_DAEMON: "false", NX_NO_CLOUD: "true", NX_TUI: "false", NX_WORKSPACE_ROOT_PATH: root, CI: "" };
  const env = { ...process.env, ...isolated, NO_COLOR: "1", INFRA_STATE_PASSPHRASE: "" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "node_modules", file), ...args], {
    cwd: root,
    env,
    encoding: "utf8",
  });
  return { status, stdout, all: stdout + stderr };
}

/** Runs git in a folder. */
export function git(root: string, ...args: string[]): void {
  execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", ...args], { cwd: root });
}
