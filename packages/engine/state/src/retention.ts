import type { Retention, StateVersion } from "./stores/store.js";

/** However little is to be kept: a writer that was held up for less than this still meets the versions written meanwhile. */
const LEAST_AGE_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * The versions that no rule keeps, oldest first. The current one is never among them, nor one that a newer version stands
 * between: a history only loses its beginning.
 *
 * @param versions Newest first.
 */
export function expired(versions: readonly StateVersion[], keep: Retention, now: number): StateVersion[] {
  const gone: StateVersion[] = [];
  for (const [age, version] of [...versions.entries()].reverse()) {
    if (version.current || isKept(age, version, keep, now)) break;
    gone.push(version);
  }
  return gone;
}

/** @param rank How many versions are newer. */
function isKept(rank: number, { written }: StateVersion, { versions, days }: Retention, now: number): boolean {
  const age = now - Date.parse(written);
  if (age < LEAST_AGE_MS) return true;
  return (versions !== undefined && rank < versions) || (days !== undefined && age < days * DAY_MS);
}
