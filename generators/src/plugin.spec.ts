import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { CreateDependenciesContext, CreateNodesContext } from "@nx/devkit";
import { setupWorkspaceContext } from "nx/src/utils/workspace-context";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PluginOptions } from "@infra/affected";
import { createDependencies, createNodes, preTasksExecution } from "./plugin.js";

const roots = ["inventory/production/base", "inventory/production/web"];
let root: string;
let context: CreateDependenciesContext;

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "plugin-")));
  const files = {
    "nx.json": "{}",
    "package.json": "{}",
    "inventory/product.yaml": "product: acme\nprovider: hetzner\nregion: fsn1\n",
    "inventory/production/base.yaml": "stack: compute\n",
    "inventory/production/web.yaml": "stack: ./stacks/own\nconfig: { up: { output: base.id } }\n",
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  setupWorkspaceContext(root);
  context = {
    workspaceRoot: root,
    nxJsonConfiguration: {},
    externalNodes: {},
    projects: {
      renamed: { root: "inventory/production/base" },
      "production-web": { root: "inventory/production/web" },
    },
  } as unknown as CreateDependenciesContext;
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

/** Roots of the projects that the plugin infers. */
async function projectRoots(options?: PluginOptions): Promise<string[]> {
  const [, infer] = createNodes;
  const found = await infer(["nx.json"], options, context as unknown as CreateNodesContext);
  return found.flatMap(([, { projects = {} }]) => Object.keys(projects));
}

describe("the plugin", () => {
  it("knows the edges also in a process that was not asked for the projects, by whatever names they have", async () => {
    const edges = await createDependencies(undefined, context);
    expect(edges).toEqual([{ source: "production-web", target: "renamed", type: "implicit" }]);
  });

  it("takes its inventory from the options, however the folder is written", async () => {
    expect(await projectRoots({ inventory: "./inventory/" })).toEqual(roots);
    expect(await projectRoots({ inventory: "elsewhere" })).toEqual([]);
  });

  it.each([
    ["package-lock.json", '{ "lockfileVersion": 3, "packages": {} }\n'],
    ["pnpm-lock.yaml", "lockfileVersion: '9.0'\n"],
    ["yarn.lock", "__metadata:\n  version: 8\n"],
  ])("infers all deployments beside a lock file with marks of a conflict: %s", async (file, text) => {
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", ...args], { cwd: root });
    write(file, text);
    git("init", "-q", "-b", "main");
    git("add", file);
    git("commit", "-qm", "chore: lock");
    write(file, `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> theirs\n`);
    try {
      expect(await projectRoots()).toEqual(roots);
      expect(await createDependencies(undefined, context)).toHaveLength(1);
    } finally {
      rmSync(join(root, file));
      rmSync(join(root, ".git"), { recursive: true });
    }
  });

  it("tells the tasks of a command that they belong together", async () => {
    const before = process.env["INFRA_NX_COMMAND"];
    try {
      await preTasksExecution(undefined, { id: "17", workspaceRoot: root, nxJsonConfiguration: {}, argv: [] });
      expect(process.env["INFRA_NX_COMMAND"]).toBe("17");
    } finally {
      if (before === undefined) delete process.env["INFRA_NX_COMMAND"];
      else process.env["INFRA_NX_COMMAND"] = before;
    }
  });
});
