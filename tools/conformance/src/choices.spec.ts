import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run, StateBackends } from "@infra/engine";
import { type CloudFacts, factsOf } from "@infra/facts";
import { loadInventory, type ProviderName, providerNames } from "@infra/inventory";
import type { DeploymentResult, Verb } from "@infra/results";
import { ensureTool } from "@infra/toolchain";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

const repository = resolve(__dirname, "../../..");

/** The tables of 2026-11-21, in which the image of servers that name none was debian-12 unless the table said another. */
function earlier(cloud: ProviderName): CloudFacts {
  const text = readFileSync(join(repository, `tools/conformance/fixtures/facts-2026-11-21/${cloud}.json`), "utf8");
  const facts = JSON.parse(text) as CloudFacts;
  if (cloud === "heroku") return facts;
  return { ...facts, images: { ...facts.images, default: facts.images.default ?? "debian-12" } };
}

/** Where each cloud's deployment runs; regions in which the tables of now choose something else, where there are such. */
const places: Readonly<Record<ProviderName, string>> = {
  aws: "provider: aws\nregion: eu-central-1",
  gcp: "provider: gcp\nregion: europe-west3",
  azure: "provider: azure\nregion: polandcentral",
  oracle: "provider: oracle\nregion: eu-frankfurt-1\naccount: ocid1.compartment.oc1..example",
  hetzner: "provider: hetzner\nregion: fsn1",
  heroku: "provider: heroku\nregion: frankfurt\naccount: acme",
  digitalocean: "provider: digitalocean\nregion: fra1",
};

const withoutArm: readonly ProviderName[] = ["heroku", "digitalocean"];

/** Clouds whose tables choose the same sizes as before; the image of a server on aws never changes it. */
const unchanged: readonly ProviderName[] = ["aws", "oracle", "heroku"];

/** A key whose private half nobody has. */
const ssh =
  "  ssh: { keys: { nobody: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICvYBsl/DgCvGh/DMo+nY6kmlyPI24+sT5OvcdsYbW6Q } }\n";

/** Servers by class, by needs, and with the other processors; none names an image. */
function inventoryOf(cloud: ProviderName, web = "size: small"): string {
  const arm = withoutArm.includes(cloud) ? "" : "    arm: { architecture: arm64 }\n";
  const groups = `  groups:\n    web: { count: 2, ${web} }\n    jobs: { size: { cpus: 4, memory: 8 } }\n${arm}`;
  return `${places[cloud]}\nstack: compute\nconfig:\n  network: { cidr: 10.60.0.0/16 }\n${groups}${cloud === "heroku" ? "" : ssh}`;
}

const now = new Map(providerNames.map((cloud) => [cloud, structuredClone(factsOf(cloud))]));

/** Puts tables in place of those that are loaded: every reader shares them. */
function useTables(cloud: ProviderName, tables: CloudFacts | undefined): void {
  Object.assign(factsOf(cloud), structuredClone(tables));
}

let root: string;
beforeAll(async () => {
  process.env["INFRA_ENGINE"] ??= await ensureTool("tofu");
});

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "choices-")));
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  writeFileSync(join(root, "package.json"), "{}");
  mkdirSync(join(root, "inventory/test"), { recursive: true });
  writeFileSync(
    join(root, "inventory/product.yaml"),
    "product: acme\ndomain: acme.example\nprovider: aws\nregion: eu-west-1\n",
  );
});

afterEach(() => {
  for (const cloud of providerNames) useTables(cloud, now.get(cloud));
  rmSync(root, { recursive: true, force: true });
});

const write = (text: string) => {
  writeFileSync(join(root, "inventory/test/site.yaml"), text);
};

async function infra(verb: Verb, more: { reselect?: boolean; destroy?: boolean } = {}): Promise<DeploymentResult> {
  const inventory = join(root, "inventory");
  const { results } = await run({ verb, root, inventory, offline: true, yes: true, ...more });
  const [result] = results;
  expect(result?.problems).toEqual([]);
  return result as DeploymentResult;
}

/** The last record without the choices, as a version of infra left it that recorded none. */
async function forgetChoices(): Promise<void> {
  const loaded = loadInventory(join(root, "inventory"));
  const { product, states } = loaded;
  const backends = new StateBackends({ root, offline: true, product, states, env: process.env });
  try {
    const { store } = await backends.of(loaded.deployments[0]!);
    const last = (await store.applied.last())!;
    const applied = await store.applied.configurationOf(last);
    expect(applied.choices?.length).toBeGreaterThan(0);
    const fence = { token: "", stillHeld: () => Promise.resolve(true) };
    await store.applied.add(last, { ...applied, choices: undefined }, fence);
    expect((await store.applied.configurationOf((await store.applied.last())!)).choices).toBeUndefined();
  } finally {
    backends.close();
  }
}

const said = ({ warnings = [] }: DeploymentResult) => warnings.map(({ message }) => message);
const kept = (result: DeploymentResult) => said(result).filter((message) => message.includes("was applied and stays"));

describe.each(providerNames)("a deployment on %s that was applied with the old tables", (cloud) => {
  it("plans no change with the new ones, also where no choice is on record", async () => {
    useTables(cloud, earlier(cloud));
    write(inventoryOf(cloud));
    expect((await infra("apply")).status).toBe("applied");
    useTables(cloud, now.get(cloud));
    expect(await infra("plan")).toMatchObject({ status: "unchanged", changes: [] });
    const reselected = await infra("plan", { reselect: true });
    expect(reselected.status).toBe(unchanged.includes(cloud) ? "unchanged" : "changed");
    await forgetChoices();
    expect(await infra("plan")).toMatchObject({ status: "unchanged", changes: [] });
    expect((await infra("apply")).status).toBe("unchanged");
  });
});

it("an image whose support ends soon, or has ended, is a warning of the plan with its place", async () => {
  write(inventoryOf("hetzner", "image: ubuntu-22.04"));
  const [warning, ...more] = (await infra("plan")).warnings?.filter(({ path }) => path === "groups.web.image") ?? [];
  expect(more).toEqual([]);
  expect(warning).toMatchObject({ remedy: "Move to debian-13 or another image", place: { line: 7 } });
  expect(warning?.message).toMatch(/^the support of ubuntu-22\.04 end(?:s|ed) on 2027-04-01$/);
});

describe("a choice of the old tables", () => {
  beforeEach(async () => {
    useTables("hetzner", earlier("hetzner"));
    write(inventoryOf("hetzner"));
    await infra("apply");
    useTables("hetzner", now.get("hetzner"));
  });

  it("is a warning with its place where the new ones would choose otherwise", async () => {
    const plan = await infra("plan");
    expect(kept(plan)).toEqual([
      "cx23 was applied and stays; the tables of 2026-09-04 would choose cpx22",
      "debian-12 was applied and stays; the tables of 2026-10-09 would choose debian-13",
      "cx33 was applied and stays; the tables of 2026-09-04 would choose cpx32",
      "debian-12 was applied and stays; the tables of 2026-10-09 would choose debian-13",
      "debian-12 was applied and stays; the tables of 2026-10-09 would choose debian-13",
    ]);
    expect(plan.warnings?.[0]).toMatchObject({ path: "groups.web.size", place: { line: 7 } });
  });

  it("is replaced by --reselect, whose plan is applied as it was made, and stays replaced", async () => {
    const plan = await infra("plan", { reselect: true });
    expect(plan.status).toBe("changed");
    const types = plan.changes.map(({ address, action }) => `${action} ${address.split(".")[0] ?? ""}`);
    expect(new Set(types)).toContain("replace hcloud_server");
    expect((await infra("apply")).status).toBe("applied");
    const after = await infra("plan");
    expect([after.status, kept(after)]).toEqual(["unchanged", []]);
  });

  it("gives way to another wish of the inventory, and only there", async () => {
    write(inventoryOf("hetzner", "size: [cpx32, cpx22]"));
    const plan = await infra("plan");
    expect(plan.status).toBe("changed");
    expect(plan.changes.every(({ address }) => address.includes("web"))).toBe(true);
    expect(kept(plan)).not.toContainEqual(expect.stringContaining("cx23"));
    expect(kept(plan)).toContainEqual(expect.stringContaining("cx33"));
  });

  it("is forgotten once the deployment is destroyed", async () => {
    await infra("destroy");
    expect(kept(await infra("plan"))).toEqual([]);
  });
});

afterAll(() => {
  for (const cloud of providerNames) useTables(cloud, now.get(cloud));
});
