import { firewallAdapters, type FirewallProps } from "@infra/base-firewall";
import type { ComputeProps } from "@infra/cloud-compute";
import { type DeploymentStack, gapOf, type INetwork } from "@infra/core";
import { cidr, distinct, infraError, rule } from "@infra/inventory";
import { z } from "zod";

const source = rule(cidr(), (network) =>
  /\/[0-7]$/.test(network)
    ? {
        message: `${JSON.stringify(network)} opens the bastion to the whole internet`,
        remedy: "List the networks that you connect from",
      }
    : undefined,
);

/** What a user may say of a bastion. */
export const bastionConfig = z.strictObject({
  from: distinct(z.array(source).min(1)).describe("networks that may connect to it, in CIDR notation"),
  subnet: z.string().default("default").describe("name of a public subnet"),
});

/** A bastion, checked and with its defaults. */
export type BastionConfig = z.output<typeof bastionConfig>;

/** The group of servers that the bastion is; a group of the inventory cannot have this name beside a bastion. */
export const bastionGroup = "bastion";

/** The bastion as a group of servers: one of the smallest that the cloud has, with every key. @throws InfraError for a private subnet. */
export function bastionServers({ subnet }: BastionConfig, network: INetwork): ComputeProps["groups"][string] {
  if (network.isPublic(subnet) === false)
    throw infraError(
      `the subnet ${subnet} is private, so a bastion in it cannot be reached`,
      "Choose a public subnet",
      { path: "ssh.bastion.subnet" },
    );
  return { size: { cpus: 1, memory: 1 }, subnet };
}

/** SSH from some networks, and nothing else; a cloud that cannot filter private traffic lets that through. */
export function bastionFirewall(stack: DeploymentStack, { from }: BastionConfig): FirewallProps["groups"][string] {
  const unfiltered = gapOf(firewallAdapters, stack.context.settings.provider, "filteredPrivateTraffic");
  return {
    privateTraffic: unfiltered ? "allow" : "rules",
    rules: { ssh: { protocol: "tcp", ports: "22", from } },
  };
}
