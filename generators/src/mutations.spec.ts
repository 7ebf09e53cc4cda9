import { rmSync } from "node:fs";
import { ensureTool } from "@infra/toolchain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Mutation } from "../test/mutations/mutation.js";
import { fileMutations } from "../test/mutations/of-files.js";
import { inventoryMutations } from "../test/mutations/of-inventory.js";
import { packageMutations } from "../test/mutations/of-packages.js";
import { makeWorkspace, type Workspace } from "../test/mutations/workspace.js";

const mutations: readonly Mutation[] = [...packageMutations, ...inventoryMutations, ...fileMutations];

/** Kinds of which the run is compared with what Nx says beforehand; the long form compares all. */
const run = process.env["INFRA_TEST_LONG"]
  ? mutations
  : mutations.filter(({ planned }, index) => planned.length > 0 && planned.length <= 3 && index % 4 === 0);

/** How much may be planned that need not be, as a share of all that is planned. */
const mostExtra = 0.05;

let workspaces: Workspace[];
const found = new Map<string, readonly string[]>();
const ran = new Map<string, { readonly told: readonly string[]; readonly planned: readonly string[] }>();

async function affected(workspace: Workspace): Promise<string[]> {
  const args = ["show", "projects", "--affected", "--base=HEAD~1", "--head=HEAD", "--with-target=plan", "--json"];
  return (JSON.parse(await workspace.nx(args)) as string[]).sort();
}

/** What `nx affected -t plan` says that it would run, and what it runs. */
async function planned(workspace: Workspace): Promise<{ told: string[]; planned: string[] }> {
  const args = ["affected", "-t", "plan", "-c", "offline", "--base=HEAD~1", "--head=HEAD"];
  const { tasks } = JSON.parse(await workspace.nx([...args, "--graph=stdout"])) as { tasks: { tasks: object } };
  const env = { INFRA_ENGINE: process.env["INFRA_ENGINE"] ?? (await ensureTool("tofu")) };
  const output = await workspace
    .nx([...args, "--output-style=static"], env)
    .catch(({ stdout }: { stdout: string }) => stdout);
  const named = new Set([...output.matchAll(/([a-z]+-[a-z]+):plan\b/g)].map(([, project = ""]) => project));
  return {
    told: Object.keys(tasks.tasks)
      .map((id) => id.replace(":plan:offline", "").replace(":plan", ""))
      .sort(),
    planned: [...named].sort(),
  };
}

async function measure(workspace: Workspace, { kind, change }: Mutation): Promise<void> {
  change(workspace);
  workspace.commit();
  try {
    found.set(kind, await affected(workspace));
    if (run.some((each) => each.kind === kind)) ran.set(kind, await planned(workspace));
  } finally {
    workspace.reset();
  }
}

beforeAll(async () => {
  const first = await makeWorkspace();
  workspaces = [first, first.copy()];
  const queue = [...mutations];
  const work = async (workspace: Workspace) => {
    for (let next = queue.shift(); next; next = queue.shift()) await measure(workspace, next);
  };
  await Promise.all(workspaces.map(work));
}, 1_800_000);
afterAll(() => {
  for (const { root } of workspaces) rmSync(root, { recursive: true, force: true });
});

describe("what is planned after a change", () => {
  it.each(mutations)("$kind", ({ kind, planned: wanted, extra }) => {
    expect(found.get(kind)).toEqual([...new Set([...wanted, ...(extra?.planned ?? [])])].sort());
  });

  it.each(run)("is the same when it runs: $kind", ({ kind }) => {
    expect(ran.get(kind)).toEqual({ told: found.get(kind), planned: found.get(kind) });
  });

  it("is told of 25 kinds of change or more", () => {
    expect(new Set(mutations.map(({ kind }) => kind)).size).toBe(mutations.length);
    expect(mutations.length).toBeGreaterThanOrEqual(25);
  });

  it("misses nothing, and has at most 5 % of what need not be", () => {
    const misses = mutations.flatMap(({ kind, planned: wanted }) =>
      wanted.filter((project) => !found.get(kind)?.includes(project)).map((project) => `${kind}: ${project}`),
    );
    const all = mutations.flatMap(({ kind }) => found.get(kind) ?? []).length;
    const extra = mutations.flatMap(({ kind, planned: wanted }) =>
      (found.get(kind) ?? []).filter((project) => !wanted.includes(project)).map((project) => `${kind}: ${project}`),
    );
    process.stdout.write(
      `mutations: ${String(mutations.length)} kinds, ${String(all)} plans, ${String(misses.length)} missed, ${String(extra.length)} extra (${((100 * extra.length) / all).toFixed(1)} %)\n`,
    );
    expect(misses).toEqual([]);
    expect(extra.length / all, extra.join("\n")).toBeLessThanOrEqual(mostExtra);
  });
});
