import { gapOf } from "@infra/core";
import { type ProviderName, providerNames } from "@infra/inventory";
import { synthesizeIn } from "@infra/core/testing";
import { describe, expect, it } from "vitest";
import { synthesizeExample } from "./examples.js";
import { type ModuleCase, modules } from "./modules/index.js";
import { emptyRequiredLists } from "./required-lists.js";

const present = modules.flatMap((each) =>
  providerNames
    .filter((provider) => typeof each.adapters[provider] === "function")
    .map((provider) => [each.word, provider, each] as const),
);

/** Every input of a module that the cloud does not lack a feature for. */
function inputsOf(each: ModuleCase, provider: ProviderName): object[] {
  const uses = Object.entries(each.uses).filter(([feature]) => gapOf(each.adapters, provider, feature) === undefined);
  return [each.props, ...uses.map(([, props]) => props)];
}

describe.each(present)("%s on %s", (_word, provider, each) => {
  it("gives no empty list to an argument that the provider requires", async () => {
    for (const { name, refusedBy } of each.examples) {
      if (refusedBy?.includes(provider)) continue;
      const { configuration } = await synthesizeExample(each, name, provider);
      expect(emptyRequiredLists(provider, configuration), name).toEqual([]);
    }
    for (const props of inputsOf(each, provider)) {
      const { configuration } = synthesizeIn(provider, (stack) => each.build(stack, props));
      expect(emptyRequiredLists(provider, configuration), JSON.stringify(props)).toEqual([]);
    }
  });
});

describe("an empty list", () => {
  it("is found in a block of a block", () => {
    const rule = { allowed_headers: [], exposed_headers: ["content-type"] };
    const account = { blob_properties: { cors_rule: [rule] } };
    const configuration = { resource: { azurerm_storage_account: { assets: account } } };
    expect(emptyRequiredLists("azure", configuration)).toEqual([
      "azurerm_storage_account.assets blob_properties.cors_rule.allowed_headers",
    ]);
  });
});
