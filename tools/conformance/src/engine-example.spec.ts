import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const repository = join(__dirname, "../../..");
const command = join(repository, "packages/engine/cli/bin/infra.js");
const root = realpathSync(mkdtempSync(join(tmpdir(), "infra-example-")));
const real = { INFRA_STATE_PASSPHRASE: "correct-horse-battery-staple", HCLOUD_TOKEN: "a".repeat(64) };

let engine: string;

beforeAll(async () => {
  // Named by a variable: it is no dependency of what is built here.
  const toolchain = "@infra/toolchain";
  const { ensureTool } = (await import(toolchain)) as { ensureTool(name: string): Promise<string> };
  engine = process.env["INFRA_ENGINE"] ?? (await ensureTool("tofu"));
  await ensureTool("provider-hcloud");
  cpSync(join(repository, "inventory-example"), join(root, "inventory-example"), { recursive: true });
  writeFileSync(join(root, "package.json"), '{ "infra": { "inventory": "inventory-example" } }');
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

interface Results {
  readonly exitCode: number;
  readonly results: readonly {
    id: string;
    status: string;
    changes: { address: string; action: string; place?: string }[];
    problems: { message: string }[];
  }[];
}

const environment = (more: Readonly<Record<string, string>>): Record<string, string> => {
  const { PATH = "", HOME = "", INFRA_CACHE } = process.env;
  return { PATH, HOME, INFRA_ENGINE: engine, ...(INFRA_CACHE ? { INFRA_CACHE } : {}), ...more };
};

const infra = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Results => {
  const ran = spawnSync(process.execPath, [command, ...args, "--json"], {
    cwd: root,
    env: environment(env),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  expect(ran.stderr).toBe("");
  return JSON.parse(ran.stdout) as Results;
};

const statuses = ({ results }: Results) => Object.fromEntries(results.map(({ id, status }) => [id, status]));

describe("the example's production/compute", () => {
  it("is valid for the real hcloud provider, which plans the same resources as offline", () => {
    const validated = infra(["validate", "production/compute"], real);
    expect(validated.exitCode, JSON.stringify(validated)).toBe(0);
    const planned = infra(["plan", "production/compute"], real);
    expect(planned.exitCode, JSON.stringify(planned)).toBe(2);
    const offline = infra(["plan", "production/compute", "--offline"]);
    const addresses = offline.results[0]!.changes.map(({ address }) => address);
    expect(addresses.length).toBeGreaterThan(10);
    expect(planned.results[0]!.changes.map(({ address }) => address)).toEqual(addresses);
  });

  it("loads no AWS binding, and no provider's index", () => {
    const program = `
      const { run } = require("@infra/engine");
      run({ verb: "plan", inventory: "inventory-example", root: process.cwd(), offline: true, deployments: ["production/compute"] })
        .then(({ exitCode }) => console.log(JSON.stringify({ exitCode, loaded: Object.keys(require.cache) })));`;
    const ran = spawnSync(process.execPath, ["-e", program], { cwd: root, env: environment({}), encoding: "utf8" });
    const { exitCode, loaded } = JSON.parse(ran.stdout) as { exitCode: number; loaded: string[] };
    expect(exitCode).toBe(2);
    expect(loaded.filter((file) => /hcloud\/lib\/server\/index\.js$/.test(file))).toHaveLength(1);
    expect(loaded.filter((file) => file.includes("@cdktf/provider-"))).toEqual([]);
    expect(loaded.filter((file) => /(?:provider-[a-z]+|hcloud)\/lib\/index\.js$/.test(file))).toEqual([]);
  });
});

describe("the whole example, offline", () => {
  it("plans; those that refer to others wait for them", () => {
    const planned = infra(["plan", "--offline"]);
    expect(planned.exitCode, JSON.stringify(planned.results.map(({ problems }) => problems))).toBe(2);
    const waiting = Object.entries(statuses(planned)).flatMap(([id, status]) =>
      status === "changed" ? [] : [[id, status]],
    );
    expect(Object.fromEntries(waiting)).toEqual({
      "azure/dns": "waiting",
      "digitalocean/dns": "waiting",
      "gcp/dns": "waiting",
      "heroku/dns": "waiting",
      "oracle/dns": "waiting",
      "production/workers": "waiting",
      "staging/workers": "waiting",
    });
    const withoutPlace = planned.results.flatMap(({ changes }) => changes.filter(({ place }) => place === undefined));
    expect(withoutPlace).toEqual([]);
  });

  it("applies in the order of the references, has no change and no drift then, and is destroyed to nothing", () => {
    const applied = infra(["apply", "--all", "--offline", "--yes"]);
    expect(applied.exitCode, JSON.stringify(applied.results.map(({ problems }) => problems))).toBe(0);
    expect(new Set(Object.values(statuses(applied)))).toEqual(new Set(["applied"]));
    const planned = infra(["plan", "--offline"]);
    expect(planned.exitCode, JSON.stringify(planned.results.map(({ changes }) => changes))).toBe(0);
    expect(infra(["drift", "--offline"]).exitCode).toBe(0);
    expect(infra(["destroy", "--all", "--offline", "--yes"]).exitCode).toBe(0);
    for (const environmentName of readdirSync(join(root, ".infra/offline")))
      for (const name of readdirSync(join(root, ".infra/offline", environmentName)))
        expect(readFileSync(join(root, ".infra/offline", environmentName, name, "cloud.jsonl"), "utf8")).toBe("");
  }, 240_000);
});
