import { Ssh, type SshPeers } from "@infra/base-ssh";
import type { DeploymentStack } from "@infra/core";

/** One person's key, and a bastion that one office can reach. */
export function example(stack: DeploymentStack, { network }: SshPeers): Ssh {
  return new Ssh(stack, "ssh", {
    network,
    keys: {
      alice: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICvYBsl/DgCvGh/DMo+nY6kmlyPI24+sT5OvcdsYbW6Q alice@acme.example",
    },
    bastion: { from: ["203.0.113.0/24"] },
  });
}
