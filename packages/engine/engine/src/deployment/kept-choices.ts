import { type Choice, type MadeChoice, type NativeImage, type ResolvedSize, type Synthesis } from "@infra/core";
import type { Deployment } from "@infra/inventory";
import type { AppliedChoice, AppliedConfiguration, AppliedRecord, StateStore } from "@infra/state";
import { digestOfInventory } from "../applied/digest.js";
import { synthesizeDeployment } from "./configuration.js";
import type { DeploymentPaths } from "./paths.js";

/** What was applied last, as it is recorded beside the state. */
export interface LastApply {
  readonly record: AppliedRecord;
  readonly applied: AppliedConfiguration;
}

/** What was applied last. @returns undefined when nothing is deployed, or nothing is on record @throws StateError */
export async function lastApplyOf(store: Pick<StateStore, "applied" | "current">): Promise<LastApply | undefined> {
  const [record, current] = await Promise.all([store.applied.last(), store.current()]);
  if (!record || !current || (record.operation === "destroy" && record.outcome === "done")) return undefined;
  return { record, applied: await store.applied.configurationOf(record) };
}

/**
 * Synthesizes a deployment as it was applied last: kinds of servers and images that tables of facts chose then stay, for the same wishes.
 * What an older version of infra applied has no choices on record; they are read from the configuration that it recorded.
 *
 * @param last What was applied last. @default - nothing: the tables choose all
 * @throws InfraError
 */
export function synthesizeAsApplied(
  root: string,
  deployment: Deployment,
  offline: boolean,
  env: Readonly<NodeJS.ProcessEnv> | undefined,
  last: LastApply | undefined,
): { synthesis: Synthesis; paths: DeploymentPaths } {
  if (!last) return synthesizeDeployment(root, deployment, offline, env);
  const { choices } = last.applied;
  if (choices) return synthesizeDeployment(root, deployment, offline, env, { recorded: choices.map(choiceOf) });
  const fresh = synthesizeDeployment(root, deployment, offline, env, { looksBack: true }).synthesis;
  const sameWishes = last.record.inventory === digestOfInventory(deployment);
  const recorded = fresh.choices.flatMap((choice) => {
    const chosen = appliedInstead(choice, fresh.configuration, last.applied.configuration);
    if (!chosen) return [];
    const { what, at, wanted } = choice;
    return [{ what, at, chosen, ...(sameWishes ? { wanted } : {}) }];
  });
  return synthesizeDeployment(root, deployment, offline, env, { recorded });
}

/** The choices of a synthesis, as they are recorded. */
export function choicesToRecord({ choices }: Pick<Synthesis, "choices">): AppliedChoice[] {
  return choices.map(({ what, at, wanted, chosen }) => ({ what, at, wanted, chosen: { ...chosen } }));
}

function choiceOf({ what, at, wanted, chosen }: AppliedChoice): Choice {
  return { what, at, ...(wanted === undefined ? {} : { wanted }), chosen: chosen as unknown as Choice["chosen"] };
}

/** What an earlier configuration says in the places where one of now says a choice. @returns undefined where it says nothing */
function appliedInstead(
  { what, chosen, addresses }: MadeChoice,
  now: Readonly<Synthesis["configuration"]>,
  then: Readonly<Record<string, unknown>>,
): ResolvedSize | NativeImage | undefined {
  if (what === "image") {
    const native = Object.entries(chosen as NativeImage).map(([key, text]) => [
      key,
      textBefore(text, addresses, now, then),
    ]);
    return native.every(([, text]) => text !== undefined) ? (Object.fromEntries(native) as NativeImage) : undefined;
  }
  const size = chosen as ResolvedSize;
  const name = textBefore(size.name, addresses, now, then);
  if (name === undefined || name === size.name) return name === undefined ? undefined : size;
  // How large a flexible kind was is not asked back: its table has one kind per architecture.
  return size.flexible ? undefined : { name };
}

/** The text that stood where a text stands now. */
function textBefore(text: string, addresses: readonly string[], now: object, then: object): string | undefined {
  for (const address of addresses) {
    const at = address.indexOf(".");
    for (const block of ["resource", "data"]) {
      const path = [block, address.slice(0, at), address.slice(at + 1)];
      for (const found of pathsTo(text, valueAt(now, path))) {
        const before = valueAt(then, [...path, ...found]);
        if (typeof before === "string") return before;
      }
    }
  }
  return undefined;
}

/** Where a text stands in a value. */
function pathsTo(text: string, value: unknown): string[][] {
  if (value === text) return [[]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => pathsTo(text, each).map((path) => [key, ...path]));
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (found, key) =>
      typeof found === "object" && found !== null && Object.hasOwn(found, key)
        ? (found as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}
