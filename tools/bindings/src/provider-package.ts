import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Which provider a package has the bindings of. */
export interface ProviderIdentity {
  /** The folder's name: `hcloud`. */
  readonly name: string;
  readonly folder: string;
  /** Fully qualified source address. */
  readonly source: string;
  /** Version of the provider; the package has the same. */
  readonly version: string;
}

/** A package of generated bindings: `packages/providers/<name>`. */
export interface ProviderPackage extends ProviderIdentity {
  /** What the engine's `providers schema -json` prints, as text. */
  readonly schema: string;
  /** Digest of everything that the bindings depend on. */
  readonly digest: string;
}

const manifestSchema = z.object({
  version: z.string(),
  terraform: z.object({ source: z.string().regex(/^[^/]+\/[^/]+\/[^/]+$/, "write it as <host>/<namespace>/<name>") }),
});
const schemaSchema = z.object({
  format_version: z.string(),
  provider_schemas: z.record(z.string(), z.object({ provider: z.object({}) })),
});

const packageSchema = z.object({ version: z.string() });

/** The first is raised whenever our own code would make other bindings of the same schema. */
const generatorVersions = ["1", versionOf("@cdktf/provider-generator"), versionOf("typescript")];

/** Names of the provider packages in a folder. */
export function providerNames(providers: string): string[] {
  return readdirSync(providers).filter((name) => existsSync(join(providers, name, "package.json")));
}

/** Reads which provider a package is for. @throws Error that names the file and the remedy */
export function readProviderIdentity(providers: string, name: string): ProviderIdentity {
  const folder = join(providers, name);
  if (!existsSync(join(folder, "package.json"))) {
    throw new Error(
      `${name} is not a provider package of ${providers}. Use one of: ${providerNames(providers).join(", ")}`,
    );
  }
  const { version, terraform } = parse(
    manifestSchema,
    join(folder, "package.json"),
    "It needs `version` and `terraform: { source }`",
  ).value;
  return { name, folder, source: terraform.source, version };
}

/** Reads a provider package with its schema. @throws Error that names the file and the remedy */
export function readProviderPackage(providers: string, name: string): ProviderPackage {
  const identity = readProviderIdentity(providers, name);
  const { folder, source, version } = identity;
  const remedy = `Read it from the provider: node tools/bindings/dist/cli.js ${name} --refresh`;
  const file = join(folder, "schema.json");
  if (!existsSync(file)) throw new Error(`${file} does not exist. ${remedy}`);
  const { value, text } = parse(schemaSchema, file, remedy);
  if (!(source in value.provider_schemas)) {
    const found = Object.keys(value.provider_schemas).join(", ") || "no provider";
    throw new Error(`${file} holds ${found}, not ${source}. Correct \`terraform.source\` in package.json. ${remedy}`);
  }
  const digest = createHash("sha256")
    .update([...generatorVersions, source, version, text].join("\n"))
    .digest("hex");
  return { ...identity, schema: text, digest };
}

/** The file in `lib/` that says what the bindings were made from. */
export const stampFile = ".digest";

/** Are the bindings of a provider package made from its present schema? */
export function isCurrent({ folder, digest }: ProviderPackage): boolean {
  const file = join(folder, "lib", stampFile);
  return existsSync(file) && readFileSync(file, "utf8") === digest;
}

function versionOf(dependency: string): string {
  const file = require.resolve(`${dependency}/package.json`);
  return parse(packageSchema, file, "Install the dependencies: npm ci").value.version;
}

function parse<T>(schema: z.ZodType<T>, file: string, remedy: string): { value: T; text: string } {
  const text = readFileSync(file, "utf8");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON (${(error as Error).message}). ${remedy}`, { cause: error });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { value: parsed.data, text };
  throw new Error(`${file}: ${z.prettifyError(parsed.error)}. ${remedy}`);
}
