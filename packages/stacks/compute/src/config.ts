import { sshConfig } from "@infra/base-ssh";
import { groupConfig } from "@infra/cloud-compute";
import { networkConfig } from "@infra/cloud-network";
import { mapOf, orReference, rule } from "@infra/core";
import { z } from "zod";
import { findGroupProblems, firewallConfig } from "./allow.js";

/** What a user may say of the stack. */
export const computeStackConfig = z.strictObject({
  network: orReference(networkConfig).describe(
    "a private network, or { output: <deployment>.network } to join another's",
  ),
  ssh: orReference(sshConfig)
    .optional()
    .describe("who may log in, or { output: <deployment>.ssh } for the same people as there; by default nobody"),
  groups: rule(
    mapOf(groupConfig.safeExtend({ firewall: firewallConfig.prefault({}).describe("what may reach the servers") })),
    findGroupProblems,
  ).describe("groups of servers by name; the servers are named <group>-1, <group>-2, …"),
});

/** The stack's configuration, checked and with its defaults. */
export type ComputeStackConfig = z.output<typeof computeStackConfig>;
