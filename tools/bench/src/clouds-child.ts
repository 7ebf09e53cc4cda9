/*
 * Measures one thing in a process of its own: `node clouds-child.js cdktf` loads cdktf alone, `… adapter <package>/<cloud>` an adapter
 * after core, `… synthesis <cloud>` synthesizes three servers.
 */
import type { ProviderName } from "@infra/inventory";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICvYBsl/DgCvGh/DMo+nY6kmlyPI24+sT5OvcdsYbW6Q alice@acme.example";

function synthesizeServers(provider: ProviderName): void {
  const { synthesize } = require("@infra/core") as typeof import("@infra/core");
  const { testDeployment } = require("@infra/core/testing") as typeof import("@infra/core/testing");
  const { default: compute } = require("@infra/stack-compute") as typeof import("@infra/stack-compute");
  const config = {
    network: { cidr: "10.20.0.0/16" },
    groups: { web: { count: 3, firewall: { allow: ["http", "https"] } } },
    // Heroku has no servers to log in to.
    ...(provider === "heroku" ? {} : { ssh: { keys: { alice: key } } }),
  };
  synthesize(testDeployment(provider, JSON.stringify(config)), compute);
}

function measured(action: () => unknown): number {
  const begun = performance.now();
  action();
  return (performance.now() - begun) / 1000;
}

const [, , mode = "", what = ""] = process.argv;
const actions: Readonly<Record<string, () => unknown>> = {
  cdktf: () => require("cdktf") as unknown,
  adapter: () => require(what) as unknown,
  synthesis: () => {
    synthesizeServers(what as ProviderName);
  },
};
if (mode === "adapter") require("@infra/core");
const seconds = measured(actions[mode] ?? (() => undefined));
process.stdout.write(JSON.stringify({ seconds, memory: process.resourceUsage().maxRSS / 1024 }));
