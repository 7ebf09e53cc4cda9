import { isDeepStrictEqual } from "node:util";
import { withUnknowns } from "./computed-values.js";
import { immutableOf } from "./immutable.js";
import { type Block } from "./schema.js";
import { type Value, type ValueObject } from "./value.js";

/** What a change will lead to. */
export interface PlannedChange {
  /** The planned state; values that only apply will know are unknown. */
  readonly planned: ValueObject;
  /** The attributes that cannot change in place. */
  readonly requiresReplace: readonly string[];
}

/**
 * Plans a create or an update. `proposed` is what the engine merged from configuration and prior state: set attributes
 * have their configured value, unset computed ones their prior value, or null when there is none.
 */
export function planChange(
  type: string,
  block: Block,
  prior: ValueObject | null,
  proposed: ValueObject,
  config: ValueObject,
): PlannedChange {
  const planned = withUnknowns(block, { ...proposed, ...allTags(block, config) });
  const changes = (name: string): boolean => prior !== null && !isDeepStrictEqual(prior[name], planned[name]);
  return { planned, requiresReplace: immutableOf(type).filter(changes) };
}

/** `tags_all` of aws follows `tags` unless it is set itself. */
function allTags(block: Block, config: ValueObject): Record<string, Value> {
  if (!block.attributes?.["tags_all"]?.computed || !block.attributes["tags"] || config["tags_all"] !== null) return {};
  return { tags_all: config["tags"] ?? {} };
}
