import { type ProviderDescription, providers } from "@infra/inventory";
import type { TerraformConfiguration } from "@infra/core";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inParallel, planOffline } from "./plans.js";
import type { PlanInput } from "@infra/policy";

type Resources = NonNullable<TerraformConfiguration["resource"]>;

/** A configuration that must be refused. */
export interface Fixture {
  /** `<cloud>-<what is bad>`: the name of its file. */
  readonly name: string;
  /** The rule that refuses it. */
  readonly refusedBy: string;
  readonly address: string;
  /** What else refuses the same, as `<rule> at <address>`. @default - nothing */
  readonly also?: readonly string[];
  /** Do the settings ask for deletion protection? @default false */
  readonly protected?: boolean;
  readonly resource: Resources;
  /** Changes that mend just what is bad, as a merge patch (RFC 7396) of `resource`. */
  readonly mended: object;
}

const folder = join(__dirname, "../fixtures/bad");

/** The known-bad configurations. */
export const fixtures: readonly Fixture[] = readdirSync(folder).map((file) => ({
  ...(JSON.parse(readFileSync(join(folder, file), "utf8")) as Omit<Fixture, "name">),
  name: file.replace(/\.json$/, ""),
}));

/** The plans of a fixture: as it is, and mended. */
export interface FixturePlans {
  readonly bad: PlanInput;
  readonly mended: PlanInput;
}

/**
 * Plans all fixtures. The ones of a cloud are planned together, because a call of the engine costs more than a resource; their
 * plans are taken apart again, so that none sees another.
 */
export async function planFixtures(): Promise<Map<string, FixturePlans>> {
  const variants = fixtures.flatMap(({ name, resource, mended }, index) => [
    { key: `bad-${String(index)}__`, cloud: cloudOf(name), resource },
    { key: `mended-${String(index)}__`, cloud: cloudOf(name), resource: patched(resource, mended) as Resources },
  ]);
  const clouds = [...new Set(variants.map(({ cloud }) => cloud))];
  const plans = await inParallel(clouds, (cloud) => {
    const together: Record<string, Record<string, unknown>> = {};
    for (const { key, resource } of variants.filter((each) => each.cloud === cloud))
      for (const [type, byName] of Object.entries(renamed(resource, key)))
        together[type] = { ...together[type], ...byName };
    return planOffline(configurationOf(together));
  });
  const input = (key: string, { protected: isProtected = false, name, resource }: Fixture): PlanInput => ({
    plan: partOf(plans[clouds.indexOf(cloudOf(name))], key),
    configuration: { resource },
    isProtected,
  });
  return new Map(
    fixtures.map((fixture, index) => {
      const mended = { ...fixture, resource: patched(fixture.resource, fixture.mended) as Resources };
      const keys = { bad: `bad-${String(index)}__`, mended: `mended-${String(index)}__` };
      return [fixture.name, { bad: input(keys.bad, fixture), mended: input(keys.mended, mended) }];
    }),
  );
}

/** The cloud that the name of a fixture begins with. */
export function cloudOf(name: string): string {
  return name.split("-")[0] ?? name;
}

function configurationOf(resource: Resources): TerraformConfiguration {
  const known: readonly ProviderDescription[] = Object.values(providers);
  const localNames = new Set(Object.keys(resource).map((type) => type.split("_")[0]));
  const required = known
    .map(({ source }) => [source.split("/").at(-1) ?? "", { source }] as const)
    .filter(([name]) => localNames.has(name));
  return { terraform: { required_providers: Object.fromEntries(required) }, resource };
}

/** The same resources with a prefix in every name and reference. */
function renamed(resource: Resources, prefix: string): Resources {
  const addresses = Object.entries(resource).flatMap(([type, byName]) =>
    Object.keys(byName).map((name) => [`${type}.${name}`, `${type}.${prefix}${name}`] as const),
  );
  const text = addresses.reduce(
    (json, [from, to]) => json.replaceAll(`\${${from}.`, `\${${to}.`),
    JSON.stringify(resource),
  );
  return Object.fromEntries(
    Object.entries(JSON.parse(text) as Resources).map(([type, byName]) => [
      type,
      Object.fromEntries(Object.entries(byName).map(([name, body]) => [`${prefix}${name}`, body])),
    ]),
  );
}

interface PlanJson {
  readonly planned_values: { readonly root_module: { readonly resources: readonly Named[] } };
  readonly resource_changes: readonly Named[];
  readonly configuration: { readonly root_module: { readonly resources: readonly Named[] } };
}

interface Named {
  readonly name: string;
}

/** The part of a plan whose names have the prefix, without it. */
function partOf(plan: unknown, prefix: string): unknown {
  const whole = plan as PlanJson;
  const own = (resources: readonly Named[]) => resources.filter(({ name }) => name.startsWith(prefix));
  const part = {
    ...whole,
    planned_values: { root_module: { resources: own(whole.planned_values.root_module.resources) } },
    resource_changes: own(whole.resource_changes),
    relevant_attributes: [],
    configuration: {
      ...whole.configuration,
      root_module: { resources: own(whole.configuration.root_module.resources) },
    },
  };
  return JSON.parse(JSON.stringify(part).replaceAll(prefix, ""));
}

/** A merge patch: null removes, objects are merged, all else replaces. */
function patched(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const known = typeof target === "object" && target !== null && !Array.isArray(target) ? Object.entries(target) : [];
  const result = new Map<string, unknown>(known);
  for (const [key, value] of Object.entries(patch))
    if (value === null) result.delete(key);
    else result.set(key, patched(result.get(key), value));
  return Object.fromEntries(result);
}
