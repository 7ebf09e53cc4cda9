import {
  cidr,
  type Construct,
  type Contract,
  type DeploymentStack,
  type INetwork,
  type ISsh,
  mapOf,
  Module,
  type Reference,
  rule,
  unsupported,
} from "@infra/core";
import { z } from "zod";
import { chooseKeys } from "./choose-keys.js";
import { publicKey } from "./public-key.js";
import { ReferencedSsh } from "./referenced-ssh.js";

const source = rule(cidr(), (network) =>
  /\/[0-7]$/.test(network)
    ? {
        message: `${JSON.stringify(network)} opens the bastion to the whole internet`,
        remedy: "List the networks that you connect from",
      }
    : undefined,
);

const bastion = z.strictObject({
  from: z.array(source).min(1).describe("networks that may connect to it, in CIDR notation"),
  subnet: z.string().default("default").describe("name of a public subnet"),
});

/** What a user may say of SSH. */
export const sshConfig = z.strictObject({
  keys: rule(mapOf(publicKey), (keys) =>
    Object.keys(keys).length > 0
      ? undefined
      : { message: "there is no key", remedy: "Add the public key of at least one person: `alice: ssh-ed25519 AAAA…`" },
  ).describe("public keys by the name of their owner"),
  user: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/)
    .default("ops")
    .describe("the user that people log in as, on every server; root cannot log in"),
  bastion: bastion.optional().describe("a small hardened server to jump through; by default there is none"),
});

/** Input of an Ssh. */
export type SshProps = z.input<typeof sshConfig>;

/** What SSH needs of other modules. */
export interface SshPeers {
  /** The network that a bastion joins. */
  readonly network: INetwork;
}

/** What SSH offers, to modules and as an output of a stack. */
export interface SshOutputs {
  readonly user: string;
  /** Keys by the name of their owner. */
  readonly keys: Readonly<Record<string, { readonly id: string; readonly publicKey: string }>>;
  /** Public address of the bastion. @default - there is no bastion */
  readonly bastionAddress?: string;
}

type Feature = "bastion";

/** The contract's type, for its adapters. */
export type SshContract = Contract<typeof sshConfig, SshPeers, SshOutputs, Feature>;

/** What SSH is, on every cloud. */
export const sshContract: SshContract = {
  name: "ssh",
  config: sshConfig,
  features: {
    bastion: {
      description: "a small hardened server to jump through",
      usedAt: (config) => (config.bastion ? [["bastion"]] : []),
    },
  },
  adapters: {
    aws: () => (require("./aws.js") as typeof import("./aws.js")).aws,
    gcp: () => (require("./gcp.js") as typeof import("./gcp.js")).gcp,
    azure: () => (require("./azure.js") as typeof import("./azure.js")).azure,
    oracle: () => (require("./oracle.js") as typeof import("./oracle.js")).oracle,
    hetzner: () => (require("./hetzner.js") as typeof import("./hetzner.js")).hetzner,
    heroku: unsupported("there are no servers to log in to", "Leave `ssh` out, and open a shell with `heroku ps:exec`"),
    digitalocean: () => (require("./digitalocean.js") as typeof import("./digitalocean.js")).digitalocean,
  },
};

/** SSH keys, and a bastion when one is asked for. */
export class Ssh extends Module<typeof sshConfig, SshPeers, SshOutputs> implements ISsh {
  /** @throws InfraError for bad keys, and for a bastion that is open to the internet. */
  constructor(scope: Construct, id: string, { network, ...props }: SshProps & SshPeers) {
    super(scope, id, sshContract, props, { network });
  }

  /** The SSH keys and the bastion of another deployment, `{ output: compute.ssh }`. */
  static fromReference(stack: DeploymentStack, reference: Reference): ISsh {
    return new ReferencedSsh(stack.outputOf(reference));
  }

  get user(): string {
    return this.outputs.user;
  }

  get bastionAddress(): string | undefined {
    return this.outputs.bastionAddress;
  }

  keyIds(names?: readonly string[]): string[] {
    return this.chosen(names).map(({ id }) => id);
  }

  publicKeys(names?: readonly string[]): string[] {
    return this.chosen(names).map((key) => key.publicKey);
  }

  private chosen(names: readonly string[] | undefined) {
    return chooseKeys(this.outputs.keys, names);
  }
}
