import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { compactBlock, differences, type CompactBlock, type Difference } from "../test/compact-schema.js";
import { reasonTable, unexplained, unused, type Reason } from "../test/reasons.js";
import { unrecordedFacts } from "../test/unrecorded-facts.js";
import { derive, findSchema, type SchemaKind } from "./schemas.js";
import { nothingUnrecorded, unrecordedOf, type Unrecorded } from "./unrecorded.js";

/**
 * `test/provider-schemas` holds the schemas that real providers print, reduced. INFRA_PROVIDER_SCHEMAS names a folder with the
 * output of `tofu providers schema -json` of each; with it, `-u` writes the reduced files.
 */
const printed = process.env["INFRA_PROVIDER_SCHEMAS"];
const require = createRequire(__filename);
const here = (name: string): string => join(__dirname, "../test/provider-schemas", name);

/** The web application firewall of aws, whose statements contain statements. */
const cut = new Set(["statement", "scope_down_statement"]);

/** The providers whose bindings are published without their schema. */
const providers = [
  { name: "aws", version: "5.32.0", source: "registry.opentofu.org/hashicorp/aws" },
  { name: "azurerm", version: "4.55.0", source: "registry.opentofu.org/hashicorp/azurerm" },
  { name: "digitalocean", version: "2.99.1", source: "registry.opentofu.org/digitalocean/digitalocean" },
  { name: "google", version: "6.50.0", source: "registry.opentofu.org/hashicorp/google" },
] as const;

interface CompactSchemas {
  readonly provider: CompactBlock;
  readonly resources: Readonly<Record<string, CompactBlock>>;
  readonly dataSources: Readonly<Record<string, CompactBlock>>;
}

interface Compared {
  readonly kind: SchemaKind;
  readonly type: string;
  readonly real: CompactBlock;
}

function comparedOf(name: string, version: string): Compared[] {
  const schemas = JSON.parse(readFileSync(here(`${name}-${version}.json`), "utf8")) as CompactSchemas;
  const all = (kind: SchemaKind, blocks: CompactSchemas["resources"]) =>
    Object.entries(blocks).map(([type, real]) => ({ kind, type, real }));
  return [
    { kind: "provider", type: `provider ${name}`, real: schemas.provider },
    ...all("resource", schemas.resources),
    ...all("data source", schemas.dataSources),
  ];
}

function differencesOf(
  bindings: string,
  { kind, type, real }: Compared,
  unrecorded: Unrecorded = unrecordedOf(kind, type),
): Difference[] {
  const schema = derive(bindings, kind, type, unrecorded);
  if (!schema) return [{ path: "", real: "a type", derived: undefined }];
  return differences(real, compactBlock(schema.block, cut));
}

describe.each(providers)("the schemas from the bindings of $name", ({ name, version, source }) => {
  const bindings = dirname(require.resolve(`@cdktf/provider-${name}/package.json`));
  const compared = comparedOf(name, version);

  test("differ from the real ones only where a reason is known", () => {
    const found = compared.flatMap((each) =>
      differencesOf(bindings, each).map((difference) => ({ ...each, ...difference })),
    );
    const reasons: readonly Reason[] = reasonTable(readFileSync(here("reasons.json"), "utf8")).filter(
      (reason) => reason.provider === name,
    );
    expect(unexplained(found, reasons)).toEqual([]);
    expect(unused(found, reasons)).toEqual([]);
  });

  test("have besides the bindings what `facts` holds: all that is needed, and nothing more", async () => {
    const facts = (kind: SchemaKind) =>
      compared
        .filter((each) => each.kind === kind)
        .map((each) => [each.type, unrecordedFacts(differencesOf(bindings, each, nothingUnrecorded))] as const)
        .filter(([, entry]) => Object.keys(entry).length > 0);
    const file = {
      source,
      version,
      resources: Object.fromEntries(facts("resource")),
      dataSources: Object.fromEntries(facts("data source")),
    };
    await expect(linesOf(file)).toMatchFileSnapshot(join(__dirname, `../facts/${name}.json`));
  });

  if (printed !== undefined)
    test("are compared with what the real provider prints", async () => {
      const schemas = compactSchemas(join(printed, `${name}-${version}.json`));
      await expect(linesOf({ source, version, ...schemas })).toMatchFileSnapshot(here(`${name}-${version}.json`));
    });
});

describe.each(["hcloud", "heroku", "oci"])("the bindings of %s, which were generated from its schema", (name) => {
  const bindings = join(__dirname, "../../providers", name);
  const { provider, resources, dataSources } = compactSchemas(join(bindings, "schema.json"));
  const all: Compared[] = [
    { kind: "provider", type: "", real: provider },
    ...Object.entries(resources).map(([type, real]) => ({ kind: "resource" as const, type, real })),
    ...Object.entries(dataSources).map(([type, real]) => ({ kind: "data source" as const, type, real })),
  ];

  test("amount to that schema, but for what a binding does not record", () => {
    const found = all.flatMap((each) =>
      differencesOf(bindings, each, nothingUnrecorded).map((difference) => ({ ...each, ...difference })),
    );
    const recorded = found.filter((difference) => Object.keys(unrecordedFacts([difference])).length === 0);
    expect(recorded.map(({ type, path, real, derived }) => ({ type, path, real, derived }))).toEqual([]);
    expect(all.length).toBeGreaterThan(35);
  });

  test("are served as that schema", () => {
    const served = all.map(({ kind, type }) => compactBlock(findSchema(bindings, kind, type)!.block, cut));
    expect(served).toEqual(all.map(({ real }) => real));
  });
});

function compactSchemas(file: string): CompactSchemas {
  const json = JSON.parse(readFileSync(file, "utf8")) as {
    provider_schemas: Record<string, Record<string, Record<string, { block: object }>>>;
  };
  const [schemas] = Object.values(json.provider_schemas);
  const blocks = (of: Record<string, { block: object }> = {}) =>
    Object.fromEntries(Object.entries(of).map(([type, { block }]) => [type, compactBlock(block, cut)]));
  const provider = schemas?.["provider"] as { block: object } | undefined;
  return {
    provider: compactBlock(provider?.block ?? {}, cut),
    resources: blocks(schemas?.["resource_schemas"]),
    dataSources: blocks(schemas?.["data_source_schemas"]),
  };
}

/** JSON with one line per type. */
function linesOf(file: object): string {
  const members = Object.entries(file).map(([name, value]: [string, unknown]) => {
    if (typeof value === "string" || name === "provider") return `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
    const types = Object.entries(value as object).map(([type, entry]) => `    "${type}": ${JSON.stringify(entry)}`);
    return `${JSON.stringify(name)}: ${types.length === 0 ? "{}" : `{\n${types.join(",\n")}\n  }`}`;
  });
  return `{\n  ${members.join(",\n  ")}\n}\n`;
}
