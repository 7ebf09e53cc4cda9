import { Firewall } from "@infra/base-firewall";
import { Ssh } from "@infra/base-ssh";
import { Compute, type ComputeProps } from "@infra/cloud-compute";
import { Network } from "@infra/cloud-network";
import { defineStack, type DeploymentStack, type INetwork, type ISsh, Reference } from "@infra/core";
import { rulesOf } from "./allow.js";
import { type ComputeStackConfig, computeStackConfig } from "./config.js";
import { clientConfig } from "./ssh-client.js";

/** Groups of servers in a private network, behind a firewall. */
export const compute = defineStack({
  config: computeStackConfig,
  build(stack, config) {
    const network = networkOf(stack, config);
    const ssh = sshOf(stack, config, network);
    const firewall = new Firewall(stack, "firewall", { network, groups: firewallsOf(config) });
    const { groups: servers, loadBalancers } = new Compute(stack, "compute", {
      network,
      firewall,
      ssh,
      groups: groupsOf(config),
    });
    return {
      ...(network instanceof Network ? { network: networkOutput(network) } : {}),
      ...(ssh instanceof Ssh ? { ssh: { ...ssh.outputs } } : {}),
      servers,
      loadBalancers,
      ...(ssh?.bastionAddress === undefined ? {} : { bastion: ssh.bastionAddress }),
      ...(ssh ? { sshConfig: clientConfig(servers, ssh) } : {}),
    };
  },
});

function networkOf(stack: DeploymentStack, { network }: ComputeStackConfig): INetwork {
  return network instanceof Reference ? Network.fromReference(stack, network) : new Network(stack, "network", network);
}

function sshOf(stack: DeploymentStack, { ssh }: ComputeStackConfig, network: INetwork): ISsh | undefined {
  if (!ssh) return undefined;
  return ssh instanceof Reference ? Ssh.fromReference(stack, ssh) : new Ssh(stack, "ssh", { network, ...ssh });
}

/** Each group's firewall. Servers can always be reached with SSH from the private network: that is where a bastion stands. */
function firewallsOf({ groups }: ComputeStackConfig) {
  return Object.fromEntries(
    Object.entries(groups).map(([name, { firewall }]) => {
      const ssh = { protocol: "tcp", ports: "22", from: "network" } as const;
      const rules = { ...(firewall.privateTraffic === "rules" ? { ssh } : {}), ...rulesOf(firewall.allow) };
      return [name, { privateTraffic: firewall.privateTraffic, rules }];
    }),
  );
}

/** The groups without their firewalls, which another module makes. */
function groupsOf({ groups }: ComputeStackConfig): ComputeProps["groups"] {
  const withoutFirewall = (group: object) =>
    Object.fromEntries(Object.entries(group).filter(([key]) => key !== "firewall"));
  return Object.fromEntries(Object.entries(groups).map(([name, group]) => [name, withoutFirewall(group)]));
}

function networkOutput(network: Network) {
  const subnets = (network.subnetNames ?? []).map(
    (name) => [name, { id: network.subnetId(name), cidr: network.subnetCidr(name) }] as const,
  );
  const { id, cidr, peeringIds } = network;
  return { id, cidr, subnets: Object.fromEntries(subnets), peeringIds };
}
