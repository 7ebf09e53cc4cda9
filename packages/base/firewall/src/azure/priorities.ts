import { type Construct, problemAt } from "@infra/core";
import { createHash } from "node:crypto";
import type { Traffic } from "../rules.js";

/**
 * Priorities of the rules that every group has; azure takes 100 to 4096, and asks the lowest first.
 *
 * To be checked against https://learn.microsoft.com/en-us/azure/virtual-network/network-security-groups-overview.
 */
export const priorities = { first: 100, privateTraffic: 4000, healthChecks: 4001, deny: 4096 } as const;

/** The priority of a rule. Its name decides it, so that adding a rule moves no other; all these rules allow, so their order means nothing. */
export function priorityOf(rule: string): number {
  const places = priorities.privateTraffic - priorities.first;
  return priorities.first + (createHash("sha256").update(rule).digest().readUInt32BE(0) % places);
}

/** Azure takes no two rules of a group with one direction and one priority. @throws InfraError when two names lead to the same. */
export function checkPriorities(scope: Construct, rules: Readonly<Record<string, Traffic>>): void {
  const known = new Map<string, string>();
  for (const [name, { direction = "inbound" }] of Object.entries(rules)) {
    const place = `${direction} ${String(priorityOf(name))}`;
    const other = known.get(place);
    if (other !== undefined)
      throw problemAt(
        scope,
        ["rules", name],
        `azure: the rules ${other} and ${name} would get the same priority, which their names decide`,
        "Rename one of them; where its protocol and ports decide its name, write a range of ports",
      );
    known.set(place, name);
  }
}
