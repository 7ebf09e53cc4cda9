import { Ssh } from "@infra/base-ssh";
import type { DeploymentStack } from "@infra/core";

/** One person's key; the person logs in as `ops`. */
export function example(stack: DeploymentStack): Ssh {
  return new Ssh(stack, "ssh", {
    keys: {
      alice: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICvYBsl/DgCvGh/DMo+nY6kmlyPI24+sT5OvcdsYbW6Q alice@acme.example",
    },
  });
}
