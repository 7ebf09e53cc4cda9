import type { CloudContract } from "@infra/core";
import { mapOf, rule } from "@infra/inventory";
import { z } from "zod";
import { findTwins, publicKey } from "./public-key.js";

/** What a user may say of SSH. */
export const sshConfig = z.strictObject({
  keys: rule(mapOf(publicKey), (keys) =>
    Object.keys(keys).length > 0
      ? findTwins(keys)
      : { message: "there is no key", remedy: "Add the public key of at least one person: `alice: ssh-ed25519 AAAA…`" },
  ).describe("public keys by the name of their owner"),
  user: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/)
    .default("ops")
    .describe("the user that people log in as, on every server; root cannot log in"),
});

/** Input of an Ssh. */
export type SshProps = z.input<typeof sshConfig>;

/** What SSH offers, to modules and as an output of a stack. */
export interface SshOutputs {
  readonly user: string;
  /** Keys by the name of their owner. */
  readonly keys: Readonly<Record<string, { readonly id: string; readonly publicKey: string }>>;
}

/** The contract's type, for its adapters. */
export type SshContract = CloudContract<typeof sshConfig, undefined, SshOutputs, never>;

/** What SSH is, on every cloud. */
export const sshContract: SshContract = {
  name: "ssh",
  adapters: "per cloud",
  config: sshConfig,
  features: {},
};
