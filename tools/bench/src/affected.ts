import { execFileSync } from "node:child_process";
import { appendFileSync, copyFileSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Figure, median } from "./figure.js";
import { startOf } from "./engines.js";
import { take, type Taken } from "./process.js";
import type { Group, Settings } from "./report.js";
import { bareNode } from "./start.js";
import { type BenchWorkspace, makeWorkspace, useNx } from "./workspace.js";

const modes = { "without the daemon": "false", "with the daemon": "true" } as const;
type Mode = keyof typeof modes;

/** `nx show projects --affected` after a change of one file, over Nx with a plugin that does next to nothing. */
export const affected: Group = async (settings) => {
  const { runs, quick, log } = settings;
  const figures: Figure[] = [];
  for (const size of quick ? [100, 1_000] : [100, 1_000, 5_000]) {
    log(`affected: ${String(size)} deployments`);
    figures.push(...(await measure(size, runs)), await measureInfra(settings, size));
  }
  return {
    title: "nx show projects --affected, one file changed",
    figures,
    note: [
      "  bare: Nx with a trivial plugin that infers the same projects, with the same targets as no-ops, from the same files",
    ],
  };
};

async function measure(size: number, runs: number): Promise<Figure[]> {
  const sides = { infra: makeWorkspace(size, 2), bare: makeWorkspace(size, 2) };
  const seconds = new Map<string, number[]>();
  try {
    useNx(sides.infra);
    useTrivialPlugin(sides.bare);
    for (const workspace of Object.values(sides)) commitAll(workspace);
    for (const mode of Object.keys(modes) as Mode[]) {
      for (const workspace of Object.values(sides)) await list(workspace, mode);
      for (let run = 0; run < runs; run += 1)
        for (const [side, workspace] of Object.entries(sides)) {
          appendFileSync(join(workspace.root, workspace.files[0] ?? ""), "# changed\n");
          const key = `${mode} ${side}`;
          seconds.set(key, [...(seconds.get(key) ?? []), (await list(workspace, mode)).seconds]);
        }
    }
  } finally {
    for (const workspace of Object.values(sides)) {
      await nx(workspace, "false", ["daemon", "--stop"]).catch(() => undefined);
      workspace.remove();
    }
  }
  return (Object.keys(modes) as Mode[]).map((mode) => ({
    what: `${size.toLocaleString("en")} deployments, ${mode}`,
    value: median(seconds.get(`${mode} infra`) ?? []),
    unit: "s",
    against: { what: "trivial plugin", value: median(seconds.get(`${mode} bare`) ?? []) },
    aim: { of: "ratio", most: 1.25 },
  }));
}

/** How many files change before `infra affected` is run. */
const changes = 10;

/** Times of a bare start of Node that a list may take, by the number of deployments. */
const starts: Readonly<Record<number, number>> = { 100: 7.5, 1_000: 12.5, 5_000: 37.5 };

/** `infra affected` after a change of some files, over a start of Node. */
async function measureInfra(settings: Settings, size: number): Promise<Figure> {
  const workspace = makeWorkspace(size, 2);
  const [seconds, bare]: [number[], number[]] = [[], []];
  try {
    useNx(workspace);
    commitAll(workspace);
    const list = async () => {
      const taken = await startOf(settings, workspace, "affected", "--base", "HEAD", "--json");
      return { ...taken, found: z.array(z.unknown()).parse(JSON.parse(taken.stdout)).length };
    };
    await list();
    for (let run = 0; run < settings.runs; run += 1) {
      for (const file of workspace.files.slice(0, changes)) appendFileSync(join(workspace.root, file), "# changed\n");
      bare.push(await bareNode(settings, workspace));
      const taken = await list();
      if (taken.found !== changes)
        throw new Error(`infra affected lists ${String(taken.found)} deployments, not ${String(changes)}`);
      seconds.push(taken.seconds);
    }
  } finally {
    workspace.remove();
  }
  const most = starts[size];
  return {
    what: `infra affected, ${size.toLocaleString("en")} deployments, ${String(changes)} changed`,
    value: median(seconds),
    unit: "s",
    against: { what: "node -e 0", value: median(bare) },
    ...(most === undefined ? {} : { aim: { of: "ratio", most } }),
  };
}

/** Lists what is affected. @throws Error unless it is the deployment whose file changed, or none before the first change */
async function list(workspace: BenchWorkspace, mode: Mode): Promise<Taken> {
  const taken = await nx(workspace, modes[mode], ["show", "projects", "--affected", "--base=HEAD", "--json"]);
  const found = z.array(z.string()).parse(JSON.parse(taken.stdout));
  if (found.length <= 1) return taken;
  throw new Error(`${String(found.length)} projects are affected by a change of one file in ${workspace.root}`);
}

function nx({ root }: BenchWorkspace, daemon: string, args: readonly string[]): Promise<Taken> {
  return take({
    program: process.execPath,
    arguments: [require.resolve("nx/bin/nx.js"), ...args],
    folder: root,
    env: { ...process.env, NX_DAEMON: daemon, NX_NO_CLOUD: "true", NX_TUI: "false", NX_WORKSPACE_ROOT_PATH: root },
  });
}

/** Lets Nx find the same projects with as little work as can be. */
function useTrivialPlugin({ root }: BenchWorkspace): void {
  writeFileSync(join(root, "trivial-plugin.js"), readFileSync(require.resolve("./trivial-plugin.js")));
  writeFileSync(join(root, "nx.json"), JSON.stringify({ plugins: ["./trivial-plugin.js"], analytics: false }));
}

/** With the lock file of the repository, which Nx and plugins read. */
function commitAll({ root }: BenchWorkspace): void {
  copyFileSync(
    join(realpathSync(join(root, "node_modules")), "..", "package-lock.json"),
    join(root, "package-lock.json"),
  );
  writeFileSync(join(root, ".gitignore"), "node_modules\n.nx\n.infra\n");
  const git = (...args: string[]) => {
    execFileSync("git", ["-c", "user.name=bench", "-c", "user.email=bench@example.com", ...args], { cwd: root });
  };
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message", "chore: start");
}
