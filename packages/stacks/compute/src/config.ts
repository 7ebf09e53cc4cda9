import { sshConfig } from "@infra/base-ssh";
import { groupConfig } from "@infra/cloud-compute";
import { networkConfig } from "@infra/cloud-network";
import { type Finding, mapOf, orReference, Reference, rule } from "@infra/inventory";
import { z } from "zod";
import { findGroupProblems, firewallConfig } from "./allow.js";
import { bastionConfig, bastionGroup } from "./bastion.js";

const stackSshConfig = sshConfig.extend({
  bastion: bastionConfig.optional().describe("a small hardened server to jump through; by default there is none"),
});

const stackConfig = z.strictObject({
  network: orReference(networkConfig).describe(
    "a private network, or { output: <deployment>.network } to join another's",
  ),
  ssh: orReference(stackSshConfig)
    .optional()
    .describe("who may log in, or { output: <deployment>.ssh } for the same people as there; by default nobody"),
  groups: rule(
    mapOf(groupConfig.safeExtend({ firewall: firewallConfig.prefault({}).describe("what may reach the servers") })),
    findGroupProblems,
  ).describe("groups of servers by name; the servers are named <group>-1, <group>-2, …"),
});

/** The stack's configuration, checked and with its defaults. */
export type ComputeStackConfig = z.output<typeof stackConfig>;

/** What a user may say of the stack. */
export const computeStackConfig = rule(stackConfig, findTwinOfBastion);

/** The bastion of a configuration. @returns undefined when there is none, or another deployment has it */
export function bastionOf({ ssh }: Pick<ComputeStackConfig, "ssh">): z.output<typeof bastionConfig> | undefined {
  return ssh === undefined || ssh instanceof Reference ? undefined : ssh.bastion;
}

/** The bastion is a group of servers, and two groups cannot have one name. */
function findTwinOfBastion(config: ComputeStackConfig): Finding | undefined {
  if (!bastionOf(config) || !(bastionGroup in config.groups)) return undefined;
  return {
    message: `"${bastionGroup}" is the group of servers that \`ssh.bastion\` makes`,
    remedy: "Give the group another name, or remove `ssh.bastion`",
    path: ["groups", bastionGroup],
  };
}
