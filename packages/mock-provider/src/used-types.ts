import { z } from "zod";

/** What a configuration uses of one provider. */
export interface UsedProvider {
  /** Fully qualified source, such as `registry.opentofu.org/hashicorp/aws`. */
  readonly source: string;
  readonly resourceTypes: readonly string[];
  readonly dataSourceTypes: readonly string[];
}

/** The JSON syntax has a map, or a list of maps, wherever blocks repeat. */
const maps = z.union([z.array(z.record(z.string(), z.unknown())), z.record(z.string(), z.unknown())]).optional();
const configuration = z.object({ terraform: maps, provider: maps, resource: maps, data: maps });

type Maps = z.infer<typeof maps>;
const entries = (value: Maps): [string, unknown][] => [value ?? []].flat().flatMap((map) => Object.entries(map));
const asMaps = (value: unknown): Maps => maps.safeParse(value).data;

/**
 * Which providers, resource types and data source types a synthesized `cdk.tf.json` uses, by source. A provider that
 * is only configured is listed with no types; the engine's built-in provider is left out.
 * @param json the parsed object
 * @throws Error when it is not a configuration
 */
export function usedTypes(json: unknown): UsedProvider[] {
  const parsed = configuration.safeParse(json);
  if (!parsed.success) throw new Error(`Not a Terraform configuration: ${z.prettifyError(parsed.error)}`);
  const { terraform, provider, resource, data } = parsed.data;
  const sources = requiredSources(terraform);
  const used = new Map<string, { resourceTypes: Set<string>; dataSourceTypes: Set<string> }>();
  const of = (localName: string) => {
    const source = sources.get(localName) ?? qualified(localName);
    const types = used.get(source) ?? { resourceTypes: new Set<string>(), dataSourceTypes: new Set<string>() };
    used.set(source, types);
    return types;
  };
  for (const [localName] of entries(provider)) of(localName);
  for (const [type, localName] of typedBlocks(resource)) of(localName).resourceTypes.add(type);
  for (const [type, localName] of typedBlocks(data)) of(localName).dataSourceTypes.add(type);
  return [...used]
    .filter(([source]) => !source.startsWith("terraform.io/builtin/"))
    .map(([source, types]) => ({
      source,
      resourceTypes: [...types.resourceTypes].sort(),
      dataSourceTypes: [...types.dataSourceTypes].sort(),
    }))
    .sort((a, b) => (a.source < b.source ? -1 : 1));
}

function requiredSources(terraform: Maps): Map<string, string> {
  const sources = new Map<string, string>([["terraform", "terraform.io/builtin/terraform"]]);
  const required = entries(terraform).filter(([name]) => name === "required_providers");
  for (const [localName, value] of required.flatMap(([, providers]) => entries(asMaps(providers)))) {
    const source = z.object({ source: z.string() }).safeParse(value).data?.source;
    sources.set(localName, qualified(source ?? localName));
  }
  return sources;
}

/** `hashicorp/aws` → `registry.opentofu.org/hashicorp/aws`. */
function qualified(source: string): string {
  const parts = source.split("/");
  return [...["registry.opentofu.org", "hashicorp"].slice(0, 3 - parts.length), ...parts].join("/");
}

/** The type and the local name of the provider of each resource or data source. */
function* typedBlocks(value: Maps): Generator<[type: string, localName: string]> {
  for (const [type, named] of entries(value)) {
    for (const [, body] of entries(asMaps(named))) {
      for (const block of [body].flat()) {
        const alias = z.object({ provider: z.string() }).safeParse(block).data?.provider;
        const localName = (alias ?? type.split("_")[0] ?? type).replace(/^\$\{(.*)\}$/, "$1").split(".")[0];
        yield [type, localName ?? type];
      }
    }
  }
}
