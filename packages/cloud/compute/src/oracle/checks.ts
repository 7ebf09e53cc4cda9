import { type Construct, problemAt } from "@infra/core";
import type { Group } from "../group.js";

/** Fault domains of a zone; to be checked against https://docs.oracle.com/en-us/iaas/Content/General/Concepts/regions.htm. */
export const faultDomains = 3;

/** Smallest volume in GiB; to be checked against https://docs.oracle.com/en-us/iaas/Content/Block/Concepts/overview.htm. */
const smallestVolume = 50;

/** Refuses what a group asks for and Oracle does not take. */
export function checkGroup(entry: Construct, group: Group): void {
  checkSpread(entry, group);
  checkVolumes(entry, group);
  checkShape(entry, group);
  checkLabels(entry, group);
}

function checkSpread(entry: Construct, { placement, count = 1 }: Group): void {
  if (placement === "spread" && count > faultDomains)
    throw problemAt(
      entry,
      ["count"],
      `oracle spreads at most ${String(faultDomains)} servers, not ${String(count)}`,
      "Split the group in two, or write `placement: any`",
    );
}

function checkVolumes(entry: Construct, { volumes }: Group): void {
  for (const [name, { size }] of Object.entries(volumes))
    if (size < smallestVolume)
      throw problemAt(
        entry,
        ["volumes", name, "size"],
        `oracle: ${String(size)} GiB is too small for a volume`,
        `Choose at least ${String(smallestVolume)}`,
      );
}

/** A flexible shape must be told how much of it a server gets. */
function checkShape(entry: Construct, { native }: Group): void {
  const { shape, cores, memory } = native?.oracle ?? {};
  if (shape === undefined) return;
  const problem = (message: string, remedy: string) =>
    problemAt(entry, ["native", "oracle"], `oracle: the shape ${shape} ${message}`, remedy);
  if (!shape.endsWith(".Flex")) {
    if (cores !== undefined || memory !== undefined) throw problem("is not flexible", "Remove `cores` and `memory`");
  } else if (cores === undefined || memory === undefined) throw problem("is flexible", "Add `cores` and `memory`");
}

/** To be checked against https://docs.oracle.com/en-us/iaas/Content/Tagging/Concepts/taggingoverview.htm. */
function checkLabels(entry: Construct, { labels }: Group): void {
  for (const key of Object.keys(labels))
    if (key.includes("."))
      throw problemAt(
        entry,
        ["labels", key],
        `oracle: ${JSON.stringify(key)} is not a key of a tag`,
        "Use letters, digits, dashes and underscores only",
      );
}
