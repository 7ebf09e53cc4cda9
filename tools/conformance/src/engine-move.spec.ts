import type { ProviderName } from "@infra/inventory";
import { testLocations } from "@infra/core/testing";
import { execa } from "execa";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { OfflineEngine } from "./offline-engine.js";

const repository = join(__dirname, "../../..");
const clouds = ["aws", "gcp", "azure", "oracle", "hetzner", "digitalocean"] as const satisfies readonly ProviderName[];

let root: string;

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "move-")));
  writeFileSync(join(root, "package.json"), '{ "infra": {} }');
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  mkdirSync(join(root, "inventory/test"), { recursive: true });
  cpSync(join(repository, "inventory-example/product.yaml"), join(root, "inventory/product.yaml"));
  for (const file of ["site.yaml", "storage.yaml", "dns.yaml"])
    cpSync(join(repository, "inventory-example/gcp", file), join(root, "inventory/test", file));
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

async function infra(...args: readonly string[]) {
  const { PATH, HOME, INFRA_CACHE } = process.env;
  const env = { PATH, HOME, INFRA_ENGINE: await OfflineEngine.find(), ...(INFRA_CACHE ? { INFRA_CACHE } : {}) };
  const command = join(repository, "packages/engine/cli/bin/infra.js");
  const options = { cwd: root, env, extendEnv: false, reject: false } as const;
  const { stdout, exitCode } = await execa(
    process.execPath,
    [command, ...args, "--all", "--offline", "--json"],
    options,
  );
  const { results } = JSON.parse(stdout) as { results: { id: string; status: string; problems: unknown[] }[] };
  return { exitCode, results };
}

/** Moves the environment to a cloud: provider, region and, where the cloud wants it, account. */
function moveTo(cloud: ProviderName): string[] {
  const { region, account } = testLocations[cloud];
  const lines = [`provider: ${cloud}`, `region: ${region}`, ...(account === undefined ? [] : [`account: ${account}`])];
  writeFileSync(join(root, "inventory/test/environment.yaml"), `${lines.join("\n")}\n`);
  rmSync(join(root, ".infra"), { recursive: true, force: true });
  return lines;
}

it.each(clouds)(
  "an inventory with network, servers, firewalls, SSH, buckets and DNS moves to %s by three lines at most, and is planned and applied there",
  async (cloud) => {
    expect(moveTo(cloud).length).toBeLessThanOrEqual(3);

    const planned = await infra("plan");
    const byId = Object.fromEntries(planned.results.map(({ id, status }) => [id, status]));
    // Its alias is the address of the site's load balancer, which is known once the site is applied.
    expect(byId).toEqual({ "test/site": "changed", "test/storage": "changed", "test/dns": "waiting" });
    expect(planned.exitCode).toBe(2);

    const applied = await infra("apply", "--yes");
    for (const { id, problems } of applied.results) expect(problems, id).toEqual([]);

    const again = await infra("plan");
    expect(again.results.map(({ status }) => status)).toEqual(["unchanged", "unchanged", "unchanged"]);
    expect(again.exitCode).toBe(0);
  },
);
