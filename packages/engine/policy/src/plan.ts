import { infraError, type ProviderName, providers } from "@infra/inventory";
import { z } from "zod";
import { Value } from "./value.js";

const planJson = z.object({
  format_version: z.string(),
  // Checkov passes over a plan that lacks it, without a word.
  terraform_version: z.string(),
  resource_changes: z
    .array(
      z.object({
        address: z.string(),
        mode: z.string(),
        type: z.string(),
        name: z.string(),
        provider_name: z.string(),
        change: z.object({ actions: z.array(z.string()), after: z.unknown(), after_unknown: z.unknown() }),
      }),
    )
    .default([]),
  configuration: z.object({
    root_module: z.object({
      resources: z
        .array(z.object({ address: z.string(), expressions: z.record(z.string(), z.unknown()).default({}) }))
        .default([]),
    }),
  }),
});

const configurationJson = z.object({
  resource: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
});

/** A resource as it will be after the apply. */
export interface PlannedResource {
  readonly address: string;
  readonly type: string;
  /** The inventory's word for its cloud. @default - a provider that is no cloud of ours */
  readonly provider: ProviderName | undefined;
  readonly values: Value;
  /** What the configuration writes, by attribute: texts with `${…}` in them. */
  readonly expressions: Readonly<Record<string, unknown>>;
  /** `lifecycle` of the synthesized configuration. @default - none is known */
  readonly lifecycle: Readonly<Record<string, unknown>>;
}

/** What a deployment plans, and what is known of it besides. */
export interface Plan {
  readonly resources: readonly PlannedResource[];
  /** Do the deployment's settings ask for deletion protection? */
  readonly isProtected: boolean;
}

/** What a plan is read from. */
export interface PlanInput {
  /** What `tofu show -json <plan>` prints, parsed. */
  readonly plan: unknown;
  /** The synthesized `cdk.tf.json`, parsed: only it says what `lifecycle` is. @default - lifecycles are not known */
  readonly configuration?: unknown;
  /** Do the deployment's settings ask for deletion protection? @default false */
  readonly isProtected?: boolean;
}

/** Reads what a plan will leave. @throws InfraError when the input is no plan */
export function readPlan({ plan, configuration, isProtected = false }: PlanInput): Plan {
  const parsed = planJson.safeParse(plan);
  if (!parsed.success)
    throw infraError(`this is no plan: ${z.prettifyError(parsed.error)}`, "Write it with `tofu show -json <plan>`");
  const { resource } = configurationJson.parse(configuration ?? {});
  const written = new Map(
    parsed.data.configuration.root_module.resources.map(({ address, expressions }) => [address, expressions]),
  );
  const resources = parsed.data.resource_changes
    .filter(({ mode, change }) => mode === "managed" && change.after !== null && change.after !== undefined)
    .map(({ address, type, name, provider_name, change }) => {
      const expressions = written.get(address) ?? {};
      return {
        address,
        type,
        provider: providerOf(provider_name),
        values: new Value(change.after, unknownOf(change.after_unknown, expressions)),
        expressions,
        lifecycle: (resource[type]?.[name]?.["lifecycle"] ?? {}) as Record<string, unknown>,
      };
    });
  return { resources, isProtected };
}

/** What nobody wrote is left to the cloud's default: that counts as not set, although the plan does not know it. */
function unknownOf(unknown: unknown, expressions: Readonly<Record<string, unknown>>): unknown {
  if (typeof unknown !== "object" || unknown === null) return unknown;
  return Object.fromEntries(
    Object.entries(unknown).filter(([name, value]) => value !== true || Object.hasOwn(expressions, name)),
  );
}

function providerOf(source: string): ProviderName | undefined {
  const path = (text: string) => text.split("/").slice(-2).join("/");
  const names = Object.keys(providers) as ProviderName[];
  return names.find((name) => path(providers[name].source) === path(source));
}

/** The text that the configuration writes for an attribute, with `${…}` in it. @returns `undefined` where it writes none */
export function writtenText({ expressions }: PlannedResource, attribute: string): string | undefined {
  const value = new Value(expressions[attribute]).at("constant_value");
  return value.text();
}

/** Does the configuration of one resource name another in an attribute? */
export function refersTo(from: unknown, { address }: PlannedResource): boolean {
  const text = JSON.stringify(from) ?? "";
  // As it stands within a text of JSON: an address may have quotes.
  const name = JSON.stringify(address).slice(1, -1);
  if (name === "") return false;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1))
    if (!isOfName(text[at - 1], /[\w.-]/) && !isOfName(text[at + name.length], /[\w-]/)) return true;
  return false;
}

/** Does a character beside an address belong to a longer one? */
const isOfName = (character: string | undefined, ofName: RegExp): boolean =>
  character !== undefined && ofName.test(character);
