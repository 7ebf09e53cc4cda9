import type { Difference } from "./compact-schema.js";

/** An entry of `facts/`, without what is empty. */
export interface FactEntry {
  computed?: string[];
  notComputed?: string[];
  sensitive?: string[];
  least?: Record<string, number>;
  most?: Record<string, number>;
}

/** What of the differences a binding cannot record. Other differences are a fault, or come from another version. */
export function unrecordedFacts(found: readonly Difference[]): FactEntry {
  const entry: FactEntry = {};
  for (const { path, real, derived } of found) {
    if (real === undefined || derived === undefined) continue;
    if (real.startsWith("block ") && derived.startsWith("block ")) addCounts(entry, path, real, derived);
    else addFlags(entry, path, flagsOf(real), flagsOf(derived));
  }
  return entry;
}

function flagsOf(text: string) {
  const has = (flag: string) => new RegExp(`(^|, )${flag}\\b`).test(text);
  return {
    input: has("required") ? "required" : has("optional"),
    computed: has("computed"),
    sensitive: has("sensitive"),
  };
}
type Flags = ReturnType<typeof flagsOf>;

function addFlags(entry: FactEntry, path: string, real: Flags, derived: Flags): void {
  if (real.input === true && derived.input === true && real.computed !== derived.computed)
    (entry[real.computed ? "computed" : "notComputed"] ??= []).push(path);
  if (real.sensitive && !derived.sensitive) (entry.sensitive ??= []).push(path);
}

function addCounts(entry: FactEntry, path: string, real: string, derived: string): void {
  const [, , least = 0, most = 0] = real.split(" ").map(Number);
  const [, , derivedLeast = 0, derivedMost = 0] = derived.split(" ").map(Number);
  if (least > 1 && derivedLeast === 1) (entry.least ??= {})[path] = least;
  if (most > 1 && derivedMost === 0) (entry.most ??= {})[path] = most;
}
