import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { bindingOfType, bindingsOf, providerNames, providers } from "./providers.js";
import {
  describeTerraformProvider,
  isProviderArgument,
  type ProviderArguments,
  terraformProviderNames,
  terraformProviderOf,
  terraformProviders,
} from "./terraform-providers.js";

const require = createRequire(__filename);

/** The paths of arguments, with what a block holds behind a dot. */
function pathsOf(known: ProviderArguments, prefix = ""): string[] {
  return Object.entries(known).flatMap(([name, value]) =>
    isProviderArgument(value) ? [`${prefix}${name}`] : pathsOf(value, `${prefix}${name}.`),
  );
}

describe("the registry of Terraform providers", () => {
  it("has the providers of all clouds, and those of what runs on them", () => {
    expect(terraformProviderNames).toEqual(
      expect.arrayContaining(["vault", "consul", "nomad", "kubernetes", "helm", "cloudflare"]),
    );
    for (const cloud of providerNames)
      for (const { terraform, source } of bindingsOf(cloud)) expect(terraformProviders[terraform].source).toBe(source);
  });

  it.each(terraformProviderNames)("knows the bindings of %s, and arguments that they have", (name) => {
    const { bindings, className, arguments: known = {} } = describeTerraformProvider(name);
    type Class = new (...args: never[]) => object;
    const loaded = require(`${bindings}/lib/provider`) as Record<string, Class | undefined>;
    const provider = loaded[className];
    expect(provider?.prototype, className).toBeDefined();
    const types = readFileSync(require.resolve(`${bindings}/lib/provider/index.js`).replace(/js$/, "d.ts"), "utf8");
    for (const path of pathsOf(known))
      expect(types).toMatch(new RegExp(`readonly ${path.split(".").at(-1) ?? ""}\\??:`));
  });

  it.each(terraformProviderNames)("finds %s by its source, and as what its types begin with", (name) => {
    expect(terraformProviderOf(terraformProviders[name].source)).toBe(name);
    expect(bindingOfType("hetzner", `${name}_thing`)?.source).toBe(terraformProviders[name].source);
  });

  it("knows nothing of the engine's own types, nor of a provider that is not in it", () => {
    expect(bindingOfType("aws", "terraform_data")).toBeUndefined();
    expect(bindingOfType("aws", "random_id")).toBeUndefined();
    expect(terraformProviderOf("registry.opentofu.org/hashicorp/random")).toBeUndefined();
  });

  it("has a word for the provider of each cloud", () => {
    expect(Object.values(providers).map(({ terraform }) => terraform)).toEqual([
      ...["aws", "google", "azurerm", "oci", "hcloud", "heroku", "digitalocean"],
    ]);
  });
});
