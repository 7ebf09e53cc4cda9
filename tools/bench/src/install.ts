import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { publish, publishablePackages } from "@infra/e2e";
import { startRegistry } from "@infra/e2e/registry";
import { type Figure, median } from "./figure.js";
import { take } from "./process.js";
import type { Group } from "./report.js";
import { makeWorkspace, useNx } from "./workspace.js";

const repository = join(dirname(require.resolve("@infra/bench/package.json")), "..", "..");

/** What a product on Hetzner alone installs, and what the plugin adds to the start of Nx. */
export const install: Group = async ({ runs, log }) => {
  log("install: packages are published to a registry on loopback");
  return {
    title: "installation of a product on Hetzner, and the start of the plugin",
    figures: [...(await installation(runs, log)), ...(await start(runs))],
    note: ["  installed from a warm npm cache, without a lock file; bare: the same commands without the plugin"],
  };
};

async function installation(runs: number, log: (line: string) => void): Promise<Figure[]> {
  const root = mkdtempSync(join(tmpdir(), "infra-bench-install-"));
  const registry = await startRegistry(join(root, "registry"));
  try {
    const env = { ...process.env, npm_config_cache: join(root, "cache"), npm_config_update_notifier: "false" };
    await publish(repository, publishablePackages(repository), { ...env, ...registry.env });
    const seconds: number[] = [];
    let folder = "";
    for (let run = 0; run <= runs; run += 1) {
      log(`install: ${run === 0 ? "the cache is filled" : `run ${String(run)} of ${String(runs)}`}`);
      folder = join(root, `product-${String(run)}`);
      mkdirSync(folder);
      writeFileSync(join(folder, ".npmrc"), registry.npmrc);
      writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: pins() }));
      const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
      const taken = await take({ program: "npm", arguments: args, folder, env });
      if (run > 0) seconds.push(taken.seconds);
    }
    return figuresOf(join(folder, "node_modules"), median(seconds));
  } finally {
    await registry.close();
    rmSync(root, { recursive: true, force: true });
  }
}

/** What the template pins for a product on Hetzner with the stack of servers. */
function pins(): Record<string, string> {
  const { version, "nx-migrations": tested } = JSON.parse(
    readFileSync(join(repository, "generators/package.json"), "utf8"),
  ) as { version: string; "nx-migrations": { packageGroup: { package: string; version: string }[] } };
  const nx = tested.packageGroup.filter(({ package: name }) => name === "nx" || name === "@nx/devkit");
  const own = ["engine", "product", "stack-compute", "provider-hcloud"].map((name): [string, string] => {
    const manifest = require(`@infra/${name}/package.json`) as { version: string };
    return [`@infra/${name}`, manifest.version];
  });
  return Object.fromEntries([
    ...own,
    ["@infra/product", version],
    ...nx.map((each) => [each.package, each.version]),
  ]) as Record<string, string>;
}

function figuresOf(modules: string, seconds: number): Figure[] {
  const named = (scope: string) => (existsSync(join(modules, scope)) ? readdirSync(join(modules, scope)) : []);
  const bindings = [...named("@cdktf"), ...named("@infra")].filter((name) => name.startsWith("provider-"));
  const others = bindings.filter((name) => name !== "provider-hcloud");
  const size = Number(execFileSync("du", ["-sm", modules], { encoding: "utf8" }).split("\t")[0]);
  return [
    { what: "npm install", value: seconds, unit: "s" },
    { what: "node_modules", value: size, unit: "MB" },
    { what: "bindings of other clouds", value: others.length, unit: "", aim: { of: "value", most: 0 } },
  ];
}

/** What the plugin adds to commands of Nx that do next to nothing. */
async function start(runs: number): Promise<Figure[]> {
  const sides = { infra: makeWorkspace(3, 2), bare: makeWorkspace(3, 2) };
  const commands = { "nx --version": ["--version"], "nx show projects": ["show", "projects"] };
  const seconds = new Map<string, number[]>();
  try {
    useNx(sides.infra);
    writeFileSync(join(sides.bare.root, "nx.json"), JSON.stringify({ analytics: false }));
    for (let run = 0; run <= runs; run += 1)
      for (const [command, args] of Object.entries(commands))
        for (const [side, { root }] of Object.entries(sides)) {
          const env = { ...process.env, NX_DAEMON: "false", NX_NO_CLOUD: "true", NX_WORKSPACE_ROOT_PATH: root };
          const program = { program: process.execPath, arguments: [require.resolve("nx/bin/nx.js"), ...args] };
          const taken = await take({ ...program, folder: root, env });
          const key = `${command} ${side}`;
          // The first run fills the caches.
          if (run > 0) seconds.set(key, [...(seconds.get(key) ?? []), taken.seconds]);
        }
  } finally {
    for (const workspace of Object.values(sides)) workspace.remove();
  }
  return Object.keys(commands).map((command) => ({
    what: command,
    value: median(seconds.get(`${command} infra`) ?? []),
    unit: "s",
    against: { what: "without the plugin", value: median(seconds.get(`${command} bare`) ?? []) },
    aim: { of: "ratio", most: 1.2 },
  }));
}
