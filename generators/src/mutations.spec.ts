import { rmSync } from "node:fs";
import { affectedDeployments } from "@infra/affected";
import { ensureTool } from "@infra/toolchain";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { everything, type Mutation } from "../test/mutations/mutation.js";
import { fileMutations } from "../test/mutations/of-files.js";
import { inventoryMutations } from "../test/mutations/of-inventory.js";
import { packageMutations, redirect } from "../test/mutations/of-packages.js";
import { affectedProjects } from "../test/mutations/affected.js";
import { makeWorkspace, type Workspace } from "../test/mutations/workspace.js";

/** Nx takes the workspace from the environment when it is loaded. In this process it asks the plugin without a process of its own. */
const root = vi.hoisted(() => {
  const { mkdtempSync, realpathSync } = process.getBuiltinModule("node:fs");
  const { tmpdir } = process.getBuiltinModule("node:os");
  const folder = realpathSync(mkdtempSync(`${tmpdir()}/mutations-`));
  Object.assign(process.env, { NX_WORKSPACE_ROOT_PATH: folder, NX_DAEMON: "false", NX_ISOLATE_PLUGINS: "false" });
  for (const name of ["NX_BASE", "NX_HEAD", "NX_WORKSPACE_DATA_DIRECTORY"]) Reflect.deleteProperty(process.env, name);
  return folder;
});

const mutations: readonly Mutation[] = [...packageMutations, ...inventoryMutations, ...fileMutations];

/** Kinds that are given to the command line as well, and run; the long form does that with all. */
const run = process.env["INFRA_TEST_LONG"] ? mutations : mutations.filter(({ isRun }) => isRun);

/** How much may be planned that need not be, as a share of all that is planned. */
const mostExtra = 0.05;

const since = ["--base=HEAD~1", "--head=HEAD"];
const outer = process.cwd();
let workspace: Workspace;
const found = new Map<string, readonly string[]>();
/** What `infra affected` lists, by the kind of change. */
const listed = new Map<string, readonly string[]>();
/** What the commands say and do, by the kind of change. */
const commands = new Map<string, Readonly<Record<"shown" | "told" | "ran", readonly string[]>>>();

/** What `nx show` lists, what `nx affected` says that it would run, and what it runs. */
async function ask(): Promise<Record<"shown" | "told" | "ran", string[]>> {
  const shown = JSON.parse(
    await workspace.nx(["show", "projects", "--affected", ...since, "--with-target=plan", "--json"]),
  ) as string[];
  const affected = ["affected", "-t", "plan", "--offline", ...since];
  const { tasks } = JSON.parse(await workspace.nx([...affected, "--graph=stdout"])) as { tasks: { tasks: object } };
  const told = Object.keys(tasks.tasks).map((id) => id.split(":")[0] ?? id);
  const env = { INFRA_ENGINE: process.env["INFRA_ENGINE"] ?? (await ensureTool("tofu")) };
  // A plan that fails was made as well: not every change is right.
  const output = await workspace
    .nx([...affected, "--output-style=static"], env)
    .catch(({ stdout }: { stdout: string }) => stdout);
  const ran = new Set([...output.matchAll(/([a-z]+-[a-z]+):plan\b/g)].map(([, project = ""]) => project));
  return { shown: shown.sort(), told: told.sort(), ran: [...ran].sort() };
}

/** A change that is not in the last commit, since NX_BASE. */
async function measureSince({ change }: Mutation): Promise<string[]> {
  change(workspace);
  workspace.commit();
  workspace.append("README.md", "changed\n");
  workspace.commit();
  process.env["NX_BASE"] = "start";
  try {
    return await affectedProjects("start", "HEAD");
  } finally {
    delete process.env["NX_BASE"];
    workspace.reset();
  }
}

async function measure({ kind, change }: Mutation): Promise<void> {
  change(workspace);
  workspace.commit();
  try {
    found.set(kind, await affectedProjects("HEAD~1", "HEAD"));
    const affected = await affectedDeployments({ root, base: "HEAD~1", head: "HEAD" });
    listed.set(kind, affected.map(({ project }) => project).sort());
    if (run.some((each) => each.kind === kind)) commands.set(kind, await ask());
  } finally {
    workspace.reset();
  }
}

beforeAll(async () => {
  workspace = await makeWorkspace(root);
  process.chdir(root);
  for (const mutation of mutations) await measure(mutation);
}, 1_800_000);
afterAll(() => {
  process.chdir(outer);
  rmSync(root, { recursive: true, force: true });
});

describe("what is planned after a change", () => {
  it.each(mutations)("$kind", ({ kind, planned: wanted, extra, forced }) => {
    const known = forced === undefined ? [...wanted, ...(extra?.planned ?? [])] : everything;
    expect(found.get(kind)).toEqual([...new Set(known)].sort());
  });

  it.each(mutations)("is the same without Nx: $kind", ({ kind }) => {
    expect(listed.get(kind)).toEqual(found.get(kind));
  });

  it.each(run)("is listed, announced and run alike: $kind", ({ kind }) => {
    const all = found.get(kind);
    expect(commands.get(kind)).toEqual({ shown: all, told: all, ran: all });
  });

  it("holds a change of an earlier commit that Nx does not see, since NX_BASE", async () => {
    const mutation = packageMutations.find(({ kind }) => kind === redirect);
    expect(mutation && (await measureSince(mutation))).toEqual(mutation?.planned);
  });

  it("is told of 25 kinds of change or more", () => {
    expect(new Set(mutations.map(({ kind }) => kind)).size).toBe(mutations.length);
    expect(mutations.length).toBeGreaterThanOrEqual(25);
  });

  it("misses nothing, and has at most 5 % of what need not be, besides what Nx forces", () => {
    const misses = mutations.flatMap(({ kind, planned: wanted }) =>
      wanted.filter((project) => !found.get(kind)?.includes(project)).map((project) => `${kind}: ${project}`),
    );
    const free = mutations.filter(({ forced }) => forced === undefined);
    const all = free.flatMap(({ kind }) => found.get(kind) ?? []).length;
    const extra = free.flatMap(({ kind, planned: wanted }) =>
      (found.get(kind) ?? []).filter((project) => !wanted.includes(project)).map((project) => `${kind}: ${project}`),
    );
    expect(misses).toEqual([]);
    expect(extra.length / all, extra.join("\n")).toBeLessThanOrEqual(mostExtra);
  });
});
