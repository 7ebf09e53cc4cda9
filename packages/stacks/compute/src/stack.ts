import { Firewall } from "@infra/base-firewall";
import { Ssh } from "@infra/base-ssh";
import { Compute, type ComputeProps } from "@infra/cloud-compute";
import { Network } from "@infra/cloud-network";
import { defineStack, type DeploymentStack, type ICompute, type INetwork, type ISsh, setComposed } from "@infra/core";
import { Reference } from "@infra/inventory";
import { rulesOf } from "./allow.js";
import { bastionFirewall, bastionGroup, bastionServers } from "./bastion.js";
import { bastionOf, type ComputeStackConfig, computeStackConfig } from "./config.js";
import { clientConfig } from "./ssh-client.js";

/** Groups of servers in a private network, behind a firewall. */
export const compute = defineStack({
  config: computeStackConfig,
  build(stack, config) {
    const network = networkOf(stack, config);
    const ssh = sshOf(stack, config);
    if (bastionOf(config)) setComposed(stack, ["groups", bastionGroup], ["ssh", "bastion"]);
    const firewall = new Firewall(stack, "firewall", { network, groups: firewallsOf(stack, config) });
    const groups = groupsOf(config, network);
    const { groups: made, loadBalancers } = new Compute(stack, "compute", { network, firewall, ssh, groups });
    const { servers, bastion } = withoutBastion(config, made);
    return {
      ...(network instanceof Network ? { network: networkOutput(network) } : {}),
      ...(ssh instanceof Ssh ? { ssh: { ...ssh.outputs, ...(bastion ? { bastionAddress: bastion } : {}) } } : {}),
      servers,
      loadBalancers,
      ...(bastion === undefined ? {} : { bastion }),
      ...(ssh ? { sshConfig: clientConfig(servers, ssh, bastion) } : {}),
    };
  },
});

function networkOf(stack: DeploymentStack, { network }: ComputeStackConfig): INetwork {
  return network instanceof Reference ? Network.fromReference(stack, network) : new Network(stack, "network", network);
}

function sshOf(stack: DeploymentStack, { ssh }: ComputeStackConfig): ISsh | undefined {
  if (!ssh) return undefined;
  if (ssh instanceof Reference) return Ssh.fromReference(stack, ssh);
  const { user, keys } = ssh;
  return new Ssh(stack, "ssh", { user, keys });
}

/** Each group's firewall. Servers can always be reached with SSH from the private network: that is where a bastion stands. */
function firewallsOf(stack: DeploymentStack, config: ComputeStackConfig) {
  const bastion = bastionOf(config);
  const groups = Object.entries(config.groups).map(([name, { firewall }]) => {
    const ssh = { protocol: "tcp", ports: "22", from: "network" } as const;
    const rules = { ...(firewall.privateTraffic === "rules" ? { ssh } : {}), ...rulesOf(firewall.allow) };
    return [name, { privateTraffic: firewall.privateTraffic, rules }] as const;
  });
  return { ...Object.fromEntries(groups), ...(bastion ? { [bastionGroup]: bastionFirewall(stack, bastion) } : {}) };
}

/** The groups without their firewalls, which another module makes, and the bastion. */
function groupsOf(config: ComputeStackConfig, network: INetwork): ComputeProps["groups"] {
  const bastion = bastionOf(config);
  const withoutFirewall = (group: object) =>
    Object.fromEntries(Object.entries(group).filter(([key]) => key !== "firewall"));
  const groups = Object.entries(config.groups).map(([name, group]) => [name, withoutFirewall(group)]);
  return { ...Object.fromEntries(groups), ...(bastion ? { [bastionGroup]: bastionServers(bastion, network) } : {}) };
}

/** The servers that the inventory names, and the public address of the bastion. */
function withoutBastion(config: ComputeStackConfig, groups: ICompute["groups"]) {
  if (!bastionOf(config)) return { servers: groups, bastion: undefined };
  const { [bastionGroup]: bastion = {}, ...servers } = groups;
  return { servers, bastion: Object.values(bastion)[0]?.publicIpv4 };
}

function networkOutput(network: Network) {
  const subnets = (network.subnetNames ?? []).map(
    (name) => [name, { id: network.subnetId(name), cidr: network.subnetCidr(name) }] as const,
  );
  const { id, cidr, peeringIds } = network;
  return { id, cidr, subnets: Object.fromEntries(subnets), peeringIds };
}
