import type { Deployment, DriftRule } from "@infra/inventory";
import type { Synthesis } from "@infra/core";
import type { ResourceChange } from "@infra/results";

/** Changes outside, with what the inventory ignores apart. */
export interface Sifted {
  /** What is drift. A change of which a part is ignored has the rest of its attributes. */
  readonly changes: readonly ResourceChange[];
  /** What is not, with the ignored attributes alone. */
  readonly ignored: readonly ResourceChange[];
}

/** Takes out what rules ignore: attributes of resources that are still there. */
export function sift(changes: readonly ResourceChange[], rules: readonly DriftRule[]): Sifted {
  const [kept, ignored]: [ResourceChange[], ResourceChange[]] = [[], []];
  for (const change of changes) {
    const { attributes = [] } = change;
    const patterns = rules
      .filter((rule) => isFor(rule, change.address))
      .flatMap((rule) => rule.attributes.map(pathPattern));
    const isIgnored = ({ path }: { readonly path: string }) => patterns.some((pattern) => pattern.test(path));
    const dropped = change.action === "update" ? attributes.filter(isIgnored) : [];
    if (dropped.length > 0) ignored.push({ ...change, attributes: dropped });
    if (dropped.length === 0) kept.push(change);
    else if (dropped.length < attributes.length)
      kept.push({ ...change, attributes: attributes.filter((each) => !isIgnored(each)) });
  }
  return { changes: kept, ignored };
}

/** Remembers over a run which rules are for a resource that there is. */
export class RulesInUse {
  private readonly seen = new Set<string>();
  private readonly looked = new Set<string>();

  /** @param drifted Addresses of what changed outside; it may no longer be in the inventory. */
  look({ id, driftRules = [] }: Deployment, synthesis: Synthesis, drifted: readonly string[]): void {
    this.looked.add(id);
    const addresses = [...addressesOf(synthesis), ...drifted];
    for (const rule of driftRules) if (addresses.some((address) => isFor(rule, address))) this.seen.add(keyOf(rule));
  }

  /**
   * Rules that are for no resource of any deployment that has them.
   *
   * @param whole Whether these are all deployments of the inventory: else only what a deployment says for itself is known.
   */
  notes(deployments: readonly Deployment[], whole: boolean): string[] {
    const unused = new Map<string, DriftRule>();
    for (const { driftRules = [], file } of deployments)
      for (const rule of driftRules)
        if (!this.seen.has(keyOf(rule)) && (whole || rule.place.file === file)) unused.set(keyOf(rule), rule);
    for (const { id, driftRules = [] } of deployments)
      if (!this.looked.has(id)) for (const rule of driftRules) unused.delete(keyOf(rule));
    return [...unused.values()].map(
      ({ address, place }) =>
        `${place.file}:${String(place.line)} drift.ignore: ${address} is the address of no resource`,
    );
  }
}

function keyOf({ place, address }: DriftRule): string {
  return JSON.stringify([place.file, place.line, address]);
}

/** Addresses of the configuration; which instances there are, only the state knows. */
function addressesOf({ configuration }: Synthesis): string[] {
  const { resource = {} } = configuration as { resource?: Record<string, Record<string, unknown>> };
  return Object.entries(resource).flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`));
}

/** A rule for a resource is for each of its instances. */
function isFor({ address }: DriftRule, candidate: string): boolean {
  const pattern = new RegExp(`^${escaped(address).replaceAll(/(?:\\\*)+/g, ".*")}(?:\\[.*\\])?$`);
  return pattern.test(candidate) || pattern.test(candidate.replace(/\[[^\]]*\]$/, ""));
}

/** `labels` is for everything below it. */
function pathPattern(path: string): RegExp {
  return new RegExp(`^${escaped(path).replaceAll("\\*", "[^.]*")}(?:\\..*)?$`);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
