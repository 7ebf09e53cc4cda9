import { z } from "zod";
import type { Place } from "../errors.js";
import { rule } from "../schema.js";
import type { Located } from "../document.js";
import { locatedAt, mergeLocated, plain } from "../located.js";

const glob = rule(z.string(), (value) =>
  /^[\w.*[\]"/-]+$/.test(value)
    ? undefined
    : {
        message: `${JSON.stringify(value)} is not the address of a resource`,
        remedy: "Write <type>.<name>, with * for any letters, for example hcloud_server.*",
      },
);

const attribute = rule(z.string(), (value) =>
  /^[^\s.]+(?:\.[^\s.]+)*$/.test(value)
    ? undefined
    : {
        message: `${JSON.stringify(value)} is not the path of an attribute`,
        remedy: "Write names with dots between them and * for any one of them, for example labels or network.*.ip",
      },
);

const ignoreSchema = z.record(glob, z.array(attribute));

/** `drift:` of an inventory file: which changes outside are expected. */
export const driftSchema = z
  .strictObject({
    ignore: ignoreSchema
      .optional()
      .describe(
        "attributes by address of their resource, * for any letters: their changes are no drift. An attribute stands for all below it; an empty list ends what an earlier file ignores",
      ),
  })
  .describe("what the verb drift leaves out; resources that appear or vanish are always drift");

/** Changes of some attributes that are no drift. */
export interface DriftRule {
  /** Addresses of resources, with `*` for any letters: `hcloud_server.*`. */
  readonly address: string;
  /** Paths of attributes, with `*` for any one name; at least one. */
  readonly attributes: readonly string[];
  readonly place: Place;
}

/** The rules of several files, each after the ones that it overrides; the files are checked. */
export function driftRulesOf(documents: readonly (Located | undefined)[]): DriftRule[] {
  const levels = documents.flatMap((document) => locatedAt(document, ["drift", "ignore"]) ?? []);
  const merged = levels.reduce<Located | undefined>((all, level) => mergeLocated(all, level), undefined);
  return [...(merged?.entries ?? [])].flatMap(([address, located]) => {
    const attributes = z.array(z.string()).catch([]).parse(plain(located));
    return attributes.length > 0 ? [{ address, attributes, place: located.keyPlace ?? located.place }] : [];
  });
}
