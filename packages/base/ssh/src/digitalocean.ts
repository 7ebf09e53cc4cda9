import { Droplet } from "@cdktf/provider-digitalocean/lib/droplet";
import { Firewall } from "@cdktf/provider-digitalocean/lib/firewall";
import { SshKey } from "@cdktf/provider-digitalocean/lib/ssh-key";
import { Tag } from "@cdktf/provider-digitalocean/lib/tag";
import {
  type AdapterOf,
  cloudInit,
  Construct,
  DeploymentStack,
  Fn,
  forEachEntry,
  resourceName,
  Token,
} from "@infra/core";
import { type BastionConfig, bastionKind, bastionSubnetId } from "./bastion.js";
import { chooseKeys } from "./choose-keys.js";
import type { SshContract, SshOutputs, SshPeers } from "./ssh.js";

/** Keys of a DigitalOcean team, where a public key may stand only once. */
export const digitalocean: AdapterOf<SshContract> = {
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
  const name = resourceName(scope, ["bastion"]);
  const droplet = new Droplet(scope, "Default", {
    name,
    size: size.name,
    image: image["image"] ?? "",
    region: DeploymentStack.of(scope).context.settings.region,
    vpcUuid: bastionSubnetId(around, network, subnet),
    sshKeys: all.map(({ id }) => id),
    userData: cloudInit({ user: ssh.user, publicKeys: all.map((key) => key.publicKey) }),
    tags: [firewallTag(scope, name, from)],
    monitoring: true,
    dropletAgent: false,
    lifecycle: { ignoreChanges: ["ssh_keys", "user_data"] },
  });
  return droplet.ipv4Address;
}

/** The tag of a firewall that lets in SSH from some networks, and everything out. */
function firewallTag(scope: Construct, name: string, from: readonly string[]): string {
  const tag = new Tag(scope, "tag", { name }).name;
  const ports = { portRange: "1-65535", destinationAddresses: ["0.0.0.0/0", "::/0"] };
  const { id } = new Firewall(scope, "firewall", {
    name,
    tags: [tag],
    inboundRule: [{ protocol: "tcp", portRange: "22", sourceAddresses: [...from] }],
    outboundRule: [
      { protocol: "tcp", ...ports },
      { protocol: "udp", ...ports },
      { protocol: "icmp", destinationAddresses: ports.destinationAddresses },
    ],
  });
  // `element` makes the droplet wait for the firewall, which its tag cannot.
  return Token.asString(Fn.element([tag, id], 0));
}
