import { type AdapterOf, cloudInit, Construct, DeploymentStack, forEachEntry, resourceName, Token } from "@infra/core";
import { Firewall } from "@infra/provider-hcloud/lib/firewall";
import { Server } from "@infra/provider-hcloud/lib/server";
import { ServerNetworkA as ServerNetwork } from "@infra/provider-hcloud/lib/server-network";
import { SshKey } from "@infra/provider-hcloud/lib/ssh-key";
import { type BastionConfig, bastionKind, bastionSubnetId } from "./bastion.js";
import { chooseKeys } from "./choose-keys.js";
import type { SshContract, SshOutputs, SshPeers } from "./ssh.js";

/** Keys of a Hetzner Cloud project, where a public key may stand only once. */
export const hetzner: AdapterOf<SshContract> = {
  supports: { bastion: true },
  build(scope, config, peers) {
    const keys = forEachEntry(scope, ["keys"], config.keys, (entry, publicKey, name) => {
      const { id } = new SshKey(entry, "Default", { name: resourceName(entry, [name]), publicKey });
      return { id, publicKey };
    });
    const { user, bastion } = config;
    return { user, keys, ...(bastion ? { bastionAddress: buildBastion(scope, bastion, { user, keys }, peers) } : {}) };
  },
};

function buildBastion(around: Construct, { from, subnet }: BastionConfig, ssh: SshOutputs, { network }: SshPeers) {
  const scope = new Construct(around, "bastion_host");
  const all = chooseKeys(ssh.keys);
  const { size, image } = bastionKind(scope);
  const firewall = new Firewall(scope, "firewall", {
    name: resourceName(scope, ["bastion"]),
    rule: [{ description: "ssh", direction: "in", protocol: "tcp", port: "22", sourceIps: [...from] }],
  });
  const server = new Server(scope, "Default", {
    name: resourceName(scope, ["bastion"]),
    serverType: size.name,
    image: image["name"] ?? "",
    location: DeploymentStack.of(scope).context.settings.region,
    sshKeys: all.map(({ id }) => id),
    userData: cloudInit({ user: ssh.user, publicKeys: all.map((key) => key.publicKey) }),
    firewallIds: [Token.asNumber(firewall.id)],
    lifecycle: { ignoreChanges: ["ssh_keys", "user_data"] },
  });
  new ServerNetwork(scope, "network", {
    serverId: Token.asNumber(server.id),
    subnetId: bastionSubnetId(around, network, subnet),
  });
  return server.ipv4Address;
}
