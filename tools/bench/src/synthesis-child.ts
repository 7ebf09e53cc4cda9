/*
 * Synthesizes one deployment in a process of its own, `node synthesis-child.js <infra | bare> <inventory folder>`, and prints what it
 * took. The time counts from the start of the process to the finished text of the configuration.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [, , mode = "", folder = ""] = process.argv;

/** Inventory, stack and core, as the engine does it. */
function withInfra(): () => object {
  const { synthesize } = require("@infra/core") as typeof import("@infra/core");
  const { loadInventory } = require("@infra/inventory") as typeof import("@infra/inventory");
  const { default: stack } = require("./bench-stack.js") as typeof import("./bench-stack.js");
  return () => {
    const [deployment] = loadInventory(join(folder, "inventory")).deployments;
    if (!deployment) throw new Error(`${folder} has no deployment`);
    return synthesize(deployment, stack, folder).configuration;
  };
}

/** The same resources with cdktf alone, from the same file. */
function withCdktf(): () => object {
  const { App, TerraformStack } = require("cdktf") as typeof import("cdktf");
  const { HcloudProvider } =
    require("@infra/provider-hcloud/lib/provider") as typeof import("@infra/provider-hcloud/lib/provider");
  const { Network } =
    require("@infra/provider-hcloud/lib/network") as typeof import("@infra/provider-hcloud/lib/network");
  const { NetworkSubnet } =
    require("@infra/provider-hcloud/lib/network-subnet") as typeof import("@infra/provider-hcloud/lib/network-subnet");
  const { parse } = require("yaml") as typeof import("yaml");
  return () => {
    const text = readFileSync(join(folder, "inventory", "production", "unit-1.yaml"), "utf8");
    const { config } = parse(text) as { config: { networks: Record<string, { cidr: string }> } };
    const stack = new TerraformStack(new App({ outdir: join(folder, "cdktf.out"), stackTraces: false }), "bare");
    new HcloudProvider(stack, "hcloud", {});
    for (const [name, { cidr: ipRange }] of Object.entries(config.networks)) {
      const network = new Network(stack, `${name}-network`, { name, ipRange });
      const networkId = network.id as unknown as number;
      new NetworkSubnet(stack, `${name}-subnet`, { networkId, type: "cloud", networkZone: "eu-central", ipRange });
    }
    return stack.toTerraform() as object;
  };
}

const synthesis = mode === "infra" ? withInfra() : withCdktf();
const loaded = performance.now();
const { length } = JSON.stringify(synthesis());
const finished = performance.now();
process.stdout.write(
  JSON.stringify({
    total: finished / 1000,
    work: (finished - loaded) / 1000,
    memory: process.resourceUsage().maxRSS / 1024,
    length,
  }),
);
