import { ComputeFirewall } from "@cdktf/provider-google/lib/compute-firewall";
import { ComputeInstance } from "@cdktf/provider-google/lib/compute-instance";
import {
  type AdapterOf,
  checkRegion,
  cloudInit,
  Construct,
  gcpFirstBoot,
  gcpMetadata,
  resourceName,
  zoneLetter,
} from "@infra/core";
import { type BastionConfig, bastionKind, bastionSubnetId } from "./bastion.js";
import { chooseKeys, keysByOwner } from "./choose-keys.js";
import type { SshContract, SshOutputs, SshPeers } from "./ssh.js";

/** Servers get the keys through cloud-init, and take none from the project's metadata: gcp keeps no keys, so the id is the owner's name. */
export const gcp: AdapterOf<SshContract> = {
  supports: { bastion: true },
  build(scope, config, peers) {
    const keys = keysByOwner(config.keys);
    const { user, bastion } = config;
    return { user, keys, ...(bastion ? { bastionAddress: buildBastion(scope, bastion, { user, keys }, peers) } : {}) };
  },
};

function buildBastion(around: Construct, { from, subnet }: BastionConfig, ssh: SshOutputs, { network }: SshPeers) {
  const scope = new Construct(around, "bastion_host");
  const { size, image } = bastionKind(scope);
  const tag = resourceName(scope, ["bastion", "host"]);
  new ComputeFirewall(scope, "firewall", {
    name: resourceName(scope, ["bastion", "host", "ssh"]),
    description: "ssh",
    network: network.id,
    direction: "INGRESS",
    targetTags: [tag],
    sourceRanges: [...from],
    allow: [{ protocol: "tcp", ports: ["22"] }],
  });
  const publicKeys = chooseKeys(ssh.keys).map((key) => key.publicKey);
  const instance = new ComputeInstance(scope, "Default", {
    name: resourceName(scope, ["bastion"]),
    machineType: size.name,
    zone: `${checkRegion(scope).name}-${zoneLetter(scope, network.subnetZone(subnet) ?? "a")}`,
    tags: [tag],
    bootDisk: { initializeParams: { image: image["image"] ?? "", type: "pd-balanced" } },
    networkInterface: [{ subnetwork: bastionSubnetId(around, network, subnet), accessConfig: [{}] }],
    metadata: gcpMetadata({ userData: cloudInit({ user: ssh.user, publicKeys }), user: ssh.user, publicKeys }),
    shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
    allowStoppingForUpdate: true,
    lifecycle: { ignoreChanges: ["boot_disk[0].initialize_params[0].image", ...gcpFirstBoot] },
  });
  return instance.networkInterface.get(0).accessConfig.get(0).natIp;
}
