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

/**
 * What each deployment costs per month by the providers' list prices, calculated by hand. Hourly prices count 730 times. The files of
 * @infra/cost are not read here, but most prices of both are remembered, not read from the page that is named (`verified: false` there):
 * this shows that resources are counted and multiplied as the list says, not that the list is of today.
 */
const byHand: readonly [id: string, currency: string, monthly: number, source: string][] = [
  // 4 CX23 with an IPv4 address (3 and the bastion), 1 CCX23 without, 100 GB of volume.
  ["production/compute", "EUR", 4 * 5.99 + 85.99 + 100 * 0.0572, "hetzner.com/cloud, September and October 2026"],
  // 1 CX33 and 2 CX53 with an IPv4 address, 2 × 50 GB of volume.
  ["production/jobs", "EUR", 8.99 + 2 * 29.99 + 100 * 0.0572, "hetzner.com/cloud, September 2026"],
  // 2 CX23 with an IPv4 address, 1 LB11.
  ["reference/hetzner-balanced", "EUR", 2 * 5.99 + 5.39, "hetzner.com/cloud/load-balancer"],
  // 1 CCX13, an IPv4 address, 250 GB of volume.
  ["reference/hetzner-dedicated", "EUR", 42.99 + 0.5 + 250 * 0.0572, "hetzner.com/cloud, October 2026"],
  // 3 t3.medium, t3.micro, m7i.2xlarge; 5 system disks of 8 GB and 100 GB, gp3; 4 public addresses.
  [
    "staging/compute",
    "USD",
    (3 * 0.048 + 0.012 + 0.483 + 4 * 0.005) * hours + (5 * 8 + 100) * 0.0952,
    "aws.amazon.com/ec2/pricing, Frankfurt",
  ],
  // c6i.xlarge, 2 c6i.4xlarge; 3 × 8 GB and 2 × 50 GB, gp3; 3 public addresses.
  [
    "staging/jobs",
    "USD",
    (0.194 + 2 * 0.776 + 3 * 0.005) * hours + (3 * 8 + 2 * 50) * 0.0952,
    "aws.amazon.com/ec2/pricing, Frankfurt",
  ],
  // 2 m6i.large, 2 × 8 GB gp3, a network load balancer without its traffic, 3 public addresses, of which one is its own.
  [
    "reference/aws-balanced",
    "USD",
    (2 * 0.096 + 3 * 0.005 + 0.0225) * hours + 2 * 8 * 0.08,
    "aws.amazon.com/ec2/pricing and /elasticloadbalancing/pricing, N. Virginia",
  ],
  // t3.medium, 8 + 20 GB gp3, no public address.
  ["reference/aws-private", "USD", 0.0456 * hours + 28 * 0.088, "aws.amazon.com/ec2/pricing, Ireland"],
  // 2 e2-medium, e2-micro; 3 × 10 GB and 2 × 50 GB balanced; 3 addresses; forwarding rules, up to five at one price.
  [
    "gcp/site",
    "USD",
    (2 * 0.043168 + 0.010792 + 3 * 0.005 + 0.03) * hours + (30 + 100) * 0.12,
    "cloud.google.com/compute/vm-instance-pricing, Frankfurt",
  ],
  // 3 e2-standard-2, 3 × 10 GB balanced, 3 addresses.
  [
    "reference/gcp-america",
    "USD",
    3 * (0.067006 + 0.005) * hours + 30 * 0.1,
    "cloud.google.com/compute/vm-instance-pricing, Iowa",
  ],
  // 2 B2s, B1ms; 3 system disks E4, 2 disks E6; 4 addresses; a load balancer.
  [
    "azure/site",
    "USD",
    (2 * 0.048 + 0.024 + 4 * 0.005 + 0.025) * hours + 3 * 2.4 + 2 * 4.8,
    "azure.microsoft.com/pricing, Germany West Central",
  ],
  // B2ms, a system disk E4, a disk E10, an address.
  ["reference/azure-america", "USD", (0.0832 + 0.005) * hours + 2.4 + 9.6, "azure.microsoft.com/pricing, East US"],
  // 3 OCPUs, 9 GB of memory; 3 boot volumes of 47 GB and 2 volumes of 50 GB, balanced; the load balancer is free.
  [
    "oracle/site",
    "USD",
    (3 * 0.025 + 9 * 0.0015) * hours + (3 * 47 + 2 * 50) * (0.0255 + 10 * 0.0017),
    "oracle.com/cloud/price-list",
  ],
  // 3 instances of 2 OCPUs and 8 GB with a boot volume of 47 GB.
  [
    "reference/oracle-america",
    "USD",
    3 * ((2 * 0.025 + 8 * 0.0015) * hours + 47 * (0.0255 + 10 * 0.0017)),
    "oracle.com/cloud/price-list",
  ],
  // 2 droplets of 24 USD, 1 of 6 USD, 2 × 50 GB, a load balancer.
  ["digitalocean/site", "USD", 2 * 24 + 6 + 100 * 0.1 + 12, "digitalocean.com/pricing"],
  // 2 droplets of 96 USD, 2 × 200 GB.
  ["reference/digitalocean-america", "USD", 2 * 96 + 400 * 0.1, "digitalocean.com/pricing"],
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
  it.each(byHand)("%s agrees with a calculation by hand within 2 percent", (id, currency, monthly) => {
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
