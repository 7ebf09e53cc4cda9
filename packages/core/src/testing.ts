import type { DeploymentStack } from "./deployment-stack.js";
import { type Deployment, parseDocument, type ProviderName, Reference } from "@infra/inventory";
import { defineStack } from "./stack.js";
import { type Synthesis, synthesize } from "./synthesis.js";
import { z } from "zod";

/** Where tests and examples deploy to. */
export const testLocations: Readonly<Record<ProviderName, { readonly region: string; readonly account?: string }>> = {
  aws: { region: "eu-central-1" },
  gcp: { region: "europe-west3" },
  azure: { region: "germanywestcentral" },
  oracle: { region: "eu-frankfurt-1", account: "ocid1.compartment.oc1..exampleexampleexample" },
  hetzner: { region: "fsn1" },
  heroku: { region: "frankfurt", account: "acme" },
  digitalocean: { region: "fra1" },
};

/** The names of a deployment. */
export interface TestNames {
  readonly product: string;
  readonly environment: string;
  /** Its own. */
  readonly name: string;
}

/** `production/test` of the product `acme`. */
const testNames: TestNames = { product: "acme", environment: "production", name: "test" };

/** A deployment that stands in no file. @param names By default `production/test` of the product `acme`. */
export function testDeployment(provider: ProviderName, config = "{}", names = testNames): Deployment {
  const { product, environment, name } = names;
  return {
    id: `${environment}/${name}`,
    environment,
    name,
    file: "inventory/production/test.yaml",
    stack: "test",
    settings: {
      product,
      provider,
      ...testLocations[provider],
      deletionProtection: true,
      domain: "acme.example",
      cloudflare: false,
      management: undefined,
    },
    config: parseDocument("inventory/production/test.yaml", Buffer.from(config)),
    settingPlaces: {},
    references: [],
    secrets: [],
    files: [],
  };
}

/** A reference to an output of another deployment, as `{ output: compute.network }` in the inventory. */
export function referenceTo(output: string): Reference {
  const place = { file: "inventory/production/test.yaml", line: 1, column: 1 };
  return Reference.parse({ place, entries: new Map([["output", { place, value: output }]]) });
}

/**
 * Synthesizes constructs in a deployment of their own, for the tests and examples of modules.
 *
 * @param build Creates constructs in the stack; what it returns becomes the outputs.
 * @param names Of the deployment. By default `production/test` of the product `acme`.
 */
export function synthesizeIn(
  provider: ProviderName,
  build: (stack: DeploymentStack) => Readonly<Record<string, unknown>>,
  names?: TestNames,
): Synthesis {
  return synthesize(testDeployment(provider, "{}", names), defineStack({ config: z.strictObject({}), build }));
}

/** The addresses of the resources of a synthesis, sorted. */
export function addressesOf({ configuration }: Synthesis): string[] {
  const resources = Object.entries(configuration.resource ?? {});
  return resources.flatMap(([type, byName]) => Object.keys(byName).map((name) => `${type}.${name}`)).sort();
}
