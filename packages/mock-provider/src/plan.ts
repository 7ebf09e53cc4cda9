import { isDeepStrictEqual } from "node:util";
import { withUnknowns } from "./computed-values.js";
import { immutableOf } from "./immutable.js";
import { type Block } from "./schema.js";
import { isObject, type Value, type ValueObject } from "./value.js";

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
  const recalled = prior ? recallElements(block, prior, proposed) : proposed;
  const wanted = withUnknowns(block, { ...recalled, ...allTags(block, config) });
  const planned = prior ? (recallNumbers(prior, wanted) as ValueObject) : wanted;
  const changes = (name: string): boolean => prior !== null && !isDeepStrictEqual(prior[name], planned[name]);
  return { planned, requiresReplace: immutableOf(type).filter(changes) };
}

/**
 * The engine proposes an element of a set without its computed values when it cannot tell which element it was. The prior
 * element that agrees in everything that is set is meant.
 */
function recallElements(block: Block, prior: ValueObject, proposed: ValueObject): ValueObject {
  const sets = Object.entries(block.block_types ?? {}).filter(([, { nesting_mode }]) => nesting_mode === "set");
  const recalled = sets.map(([name, nested]) => {
    const [before, now] = [prior[name], proposed[name]];
    if (!Array.isArray(before) || !Array.isArray(now)) return [name, now ?? null] as const;
    return [
      name,
      now.map((element: Value) => before.find((each: Value) => agrees(nested.block, each, element)) ?? element),
    ] as const;
  });
  return { ...proposed, ...Object.fromEntries(recalled) };
}

/**
 * The engine reads the fractions of its state as doubles and those of a configuration exactly, so 0.05 would differ from itself. A
 * number whose double is that of the state is planned as the state has it.
 */
function recallNumbers(prior: Value | undefined, planned: Value): Value {
  if (typeof planned === "number") return typeof prior === "string" && Number(prior) === planned ? prior : planned;
  if (Array.isArray(planned) && Array.isArray(prior))
    return planned.map((value: Value, at) => recallNumbers(prior[at] as Value | undefined, value));
  if (!isObject(planned) || !isObject(prior)) return planned;
  return Object.fromEntries(Object.entries(planned).map(([name, value]) => [name, recallNumbers(prior[name], value)]));
}

/** Does a prior element agree with a proposed one in all but computed attributes that are not set? */
function agrees(block: Block, prior: Value, proposed: Value): boolean {
  if (!isObject(prior) || !isObject(proposed)) return false;
  return Object.entries(proposed).every(
    ([name, value]) =>
      (value === null && block.attributes?.[name]?.computed === true) || isDeepStrictEqual(value, prior[name]),
  );
}

/** `tags_all` of aws follows `tags` unless it is set itself. */
function allTags(block: Block, config: ValueObject): Record<string, Value> {
  if (!block.attributes?.["tags_all"]?.computed || !block.attributes["tags"] || config["tags_all"] !== null) return {};
  return { tags_all: config["tags"] ?? {} };
}
