import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { CreateDependenciesContext } from "@nx/devkit";
import { setupWorkspaceContext } from "nx/src/utils/workspace-context";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDependencies, preTasksExecution } from "./plugin.js";

let root: string;

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "plugin-")));
  const files = {
    "nx.json": "{}",
    "package.json": "{}",
    "inventory/product.yaml": "product: acme\nprovider: hetzner\nregion: fsn1\n",
    "inventory/production/base.yaml": "stack: ./stacks/own\n",
    "inventory/production/web.yaml": "stack: ./stacks/own\nconfig: { up: { output: base.id } }\n",
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  setupWorkspaceContext(root);
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe("the plugin", () => {
  it("knows the edges also in a process that was not asked for the projects, by whatever names they have", async () => {
    const context = {
      workspaceRoot: root,
      nxJsonConfiguration: {},
      externalNodes: {},
      projects: {
        renamed: { root: "inventory/production/base" },
        "production-web": { root: "inventory/production/web" },
      },
    } as unknown as CreateDependenciesContext;
    const edges = await createDependencies(undefined, context);
    expect(edges).toEqual([{ source: "production-web", target: "renamed", type: "implicit" }]);
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
