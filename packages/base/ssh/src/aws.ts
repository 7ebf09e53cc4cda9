import { DataAwsAmi } from "@cdktf/provider-aws/lib/data-aws-ami";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { KeyPair } from "@cdktf/provider-aws/lib/key-pair";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { type AdapterOf, cloudInit, Construct, forEachEntry, type INetwork, resourceName } from "@infra/core";
import { type BastionConfig, bastionKind, bastionSubnetId } from "./bastion.js";
import { chooseKeys } from "./choose-keys.js";
import type { SshContract, SshOutputs, SshPeers } from "./ssh.js";

/** Key pairs of EC2, which gives a server one key; the others reach it through cloud-init. */
export const aws: AdapterOf<SshContract> = {
  supports: { bastion: true },
  build(scope, config, peers) {
    const keys = forEachEntry(scope, ["keys"], config.keys, (entry, publicKey, name) => {
      const { keyName } = new KeyPair(entry, "Default", {
        keyName: resourceName(entry, [name], { maxLength: 255 }),
        publicKey,
      });
      return { id: keyName, publicKey };
    });
    const { user, bastion } = config;
    return { user, keys, ...(bastion ? { bastionAddress: buildBastion(scope, bastion, { user, keys }, peers) } : {}) };
  },
};

function buildBastion(around: Construct, { from, subnet }: BastionConfig, ssh: SshOutputs, { network }: SshPeers) {
  const scope = new Construct(around, "bastion_host");
  const kind = bastionKind(scope);
  const image = new DataAwsAmi(scope, "image", {
    owners: [kind.image["owner"] ?? ""],
    mostRecent: true,
    filter: [{ name: "name", values: [kind.image["name"] ?? ""] }],
  });
  const all = chooseKeys(ssh.keys);
  const instance = new Instance(scope, "Default", {
    ami: image.id,
    instanceType: kind.size.name,
    subnetId: bastionSubnetId(around, network, subnet),
    associatePublicIpAddress: true,
    vpcSecurityGroupIds: [securityGroup(scope, from, network)],
    ...(all[0] ? { keyName: all[0].id } : {}),
    userData: cloudInit({ user: ssh.user, publicKeys: all.map((key) => key.publicKey) }),
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    rootBlockDevice: { encrypted: true, volumeType: "gp3" },
    tags: { Name: resourceName(scope, ["bastion"]) },
    lifecycle: { ignoreChanges: ["ami", "key_name", "user_data"] },
  });
  return instance.publicIp;
}

function securityGroup(scope: Construct, from: readonly string[], network: INetwork): string {
  const { id } = new SecurityGroup(scope, "security_group", {
    name: resourceName(scope, ["bastion"], { maxLength: 255, reserved: "sg-" }),
    description: "Bastion",
    vpcId: network.id,
  });
  for (const cidr of from)
    new VpcSecurityGroupIngressRule(scope, `from-${cidr.replaceAll(/[./]/g, "-")}`, {
      securityGroupId: id,
      description: "ssh",
      ipProtocol: "tcp",
      fromPort: 22,
      toPort: 22,
      cidrIpv4: cidr,
    });
  new VpcSecurityGroupEgressRule(scope, "outbound", { securityGroupId: id, ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" });
  return id;
}
