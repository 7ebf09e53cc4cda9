import type { computeStackConfig } from "@infra/stack-compute";
import type { z } from "zod";

/** Three web servers. The same in YAML is the `config:` of an inventory file. */
export const config: z.input<typeof computeStackConfig> = {
  network: { cidr: "10.20.0.0/16" },
  ssh: {
    keys: {
      alice: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICvYBsl/DgCvGh/DMo+nY6kmlyPI24+sT5OvcdsYbW6Q alice@acme.example",
    },
  },
  groups: {
    web: { count: 3, firewall: { allow: ["http", "https"] } },
  },
};
