import { z } from "zod";
import type { Located } from "../document.js";
import { locatedAt, mergeLocated, plain, walkLocated } from "../located.js";
import { Reference } from "../reference.js";
import { name, orReference, orSecret, rule, secret } from "../schema.js";
import { SecretReference, secretScheme } from "../secret.js";
import {
  isProviderArgument,
  isTerraformProvider,
  type ProviderArgument,
  type ProviderArguments,
  type TerraformProviderName,
  terraformProviderNames,
  terraformProviders,
  type TerraformProviderDescription,
} from "../terraform-providers.js";

/** A value that the inventory gives to an argument of a provider; a block holds more of them. */
export type ProviderValue = string | boolean | Reference | SecretReference | ProviderValues;

/** Values by argument, named as in the bindings. */
export interface ProviderValues {
  readonly [argument: string]: ProviderValue;
}

/** What the inventory says of one Terraform provider of a deployment. */
export interface ProviderSettings {
  /** Of the configuration without an alias. */
  readonly arguments: ProviderValues;
  /** Of further configurations, by alias. */
  readonly aliases: ReadonlyMap<string, ProviderValues>;
}

/** The Terraform providers that a deployment uses besides its cloud's, by their words. */
export type DeploymentProviders = ReadonlyMap<TerraformProviderName, ProviderSettings>;

/** A credential in clear would be in git, and in every plan. */
const credential = rule(orReference(z.union([secret, z.string()])), (value) =>
  typeof value === "string"
    ? {
        message: "a credential is written in clear",
        remedy: `Keep it in a secret store and write ${secretScheme}<path>#<field>, or leave it out and set the provider's environment variable`,
      }
    : undefined,
);

function argumentSchema({ meaning, kind, secret: isSecret }: ProviderArgument): z.ZodType {
  if (kind === "boolean") return orReference(z.boolean()).optional().describe(meaning);
  return (isSecret ? credential : orReference(orSecret(z.string().min(1)))).optional().describe(meaning);
}

function shapeOf(known: ProviderArguments): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(known).map(([argument, value]) => [
      argument,
      isProviderArgument(value) ? argumentSchema(value) : z.strictObject(shapeOf(value)).optional(),
    ]),
  );
}

/** The key of further configurations; no provider has an argument of that name. */
const aliasesKey = "aliases";

function settingsSchema(provider: TerraformProviderDescription): z.ZodType {
  const shape = shapeOf(provider.arguments ?? {});
  return z
    .strictObject({
      ...shape,
      [aliasesKey]: z.record(name(), z.strictObject(shape)).optional().describe("further configurations, by alias"),
    })
    .optional()
    .describe(`the provider ${provider.source}`);
}

/** Arguments of the Terraform providers that deployments use besides their cloud's own. */
export const providersSchema = z
  .strictObject(
    Object.fromEntries(terraformProviderNames.map((word) => [word, settingsSchema(terraformProviders[word])])),
  )
  .describe(
    "Terraform providers besides the cloud's own. product.yaml and environment.yaml hold what deployments start from; a deployment names those that it uses",
  );

/** The settings of the Terraform providers that a deployment names, and where they are written. */
export interface FoundProviders {
  readonly providers: DeploymentProviders;
  readonly references: readonly Reference[];
  readonly secrets: readonly SecretReference[];
}

/**
 * Merges what the inventory says of the Terraform providers that a deployment's own file names; what shared files say of others has
 * no meaning for it.
 *
 * @param documents Those that the deployment is merged from, its own file last. They match their schemas.
 */
export function providersOf(documents: readonly (Located | undefined)[]): FoundProviders {
  const own = locatedAt(documents.at(-1), ["providers"])?.entries ?? new Map<string, Located>();
  const found = [...own.keys()].filter(isTerraformProvider).map((word) => {
    const levels = documents.flatMap((document) => locatedAt(document, ["providers", word]) ?? []);
    return [
      word,
      levels.reduce<Located | undefined>((merged, level) => mergeLocated(merged, level), undefined),
    ] as const;
  });
  const values = found.flatMap(([, located]) => (located ? [...walkLocated(located)].map(({ value }) => value) : []));
  return {
    providers: new Map(found.map(([word, located]) => [word, settingsOf(located)])),
    references: values.filter((value) => value instanceof Reference),
    secrets: values.filter((value) => value instanceof SecretReference),
  };
}

function settingsOf(located: Located | undefined): ProviderSettings {
  const entries = [...(located?.entries ?? [])].map(([key, value]) => [key, plain(value) as ProviderValue] as const);
  const aliases = locatedAt(located, [aliasesKey])?.entries ?? new Map<string, Located>();
  return {
    arguments: Object.fromEntries(entries.filter(([key]) => key !== aliasesKey)),
    aliases: new Map([...aliases].map(([alias, value]) => [alias, plain(value) as ProviderValues])),
  };
}
