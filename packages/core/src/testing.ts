import type { DeploymentStack } from "./deployment-stack.js";
import { parseDocument } from "./inventory/document.js";
import type { Deployment } from "./inventory/inventory.js";
import type { ProviderName } from "./providers.js";
import { defineStack } from "./stack.js";
import { type Synthesis, synthesize } from "./synthesis.js";
import { z } from "zod";

/** Regions that tests and examples deploy to. */
const regions: Record<ProviderName, string> = { aws: "eu-central-1", hetzner: "fsn1" };

/** A deployment that stands in no file: `production/test` of the product `acme`. */
export function testDeployment(provider: ProviderName, config = "{}"): Deployment {
  return {
    id: "production/test",
    environment: "production",
    name: "test",
    file: "inventory/production/test.yaml",
    stack: "test",
    settings: {
      product: "acme",
      provider,
      region: regions[provider],
      domain: "acme.example",
      cloudflare: false,
      management: undefined,
    },
    config: parseDocument("inventory/production/test.yaml", Buffer.from(config)),
    settingPlaces: {},
    references: [],
    files: [],
  };
}

/**
 * Synthesizes constructs in a deployment of their own, for the tests and examples of modules.
 *
 * @param build Creates constructs in the stack; what it returns becomes the outputs.
 */
export function synthesizeIn(
  provider: ProviderName,
  build: (stack: DeploymentStack) => Readonly<Record<string, unknown>>,
): Synthesis {
  return synthesize(testDeployment(provider), defineStack({ config: z.strictObject({}), build }));
}

/** The addresses of the resources of a synthesis, sorted. */
export function addressesOf({ configuration }: Synthesis): string[] {
  const resources = Object.entries(configuration.resource ?? {});
  return resources.flatMap(([type, byName]) => Object.keys(byName).map((name) => `${type}.${name}`)).sort();
}
