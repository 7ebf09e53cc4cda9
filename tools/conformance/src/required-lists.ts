import type { TerraformConfiguration } from "@infra/core";
import { bindingOfType, type ProviderName } from "@infra/inventory";
import { type Block, findSchema } from "@infra/mock-provider";
import { createRequire } from "node:module";
import { dirname } from "node:path";

/**
 * The arguments that are required and got a list without an element, which providers refuse though the engine takes it:
 * `azurerm_storage_account.storage_assets blob_properties.cors_rule.allowed_headers`.
 */
export function emptyRequiredLists(provider: ProviderName, { resource = {} }: TerraformConfiguration): string[] {
  return Object.entries(resource).flatMap(([type, byName]) => {
    const block = schemaBlock(provider, type);
    return Object.entries(byName).flatMap(([name, attributes]) =>
      emptyListsOf(block, attributes, []).map((path) => `${type}.${name} ${path}`),
    );
  });
}

function schemaBlock(provider: ProviderName, type: string): Block {
  const maker = bindingOfType(provider, type);
  // The engine's own.
  if (!maker) return {};
  const manifest = createRequire(__filename).resolve(`${maker.bindings}/package.json`);
  const schema = findSchema(dirname(manifest), "resource", type);
  if (!schema) throw new Error(`the bindings have no ${type}`);
  return schema.block;
}

function emptyListsOf({ attributes = {}, block_types: blocks = {} }: Block, value: unknown, path: string[]): string[] {
  const given = new Map(Object.entries(value ?? {}) as [string, unknown][]);
  const isEmpty = (name: string) => Array.isArray(given.get(name)) && (given.get(name) as unknown[]).length === 0;
  const own = Object.entries(attributes).filter(([name, { required }]) => required && isEmpty(name));
  const needed = Object.entries(blocks).filter(([name, { min_items: least = 0 }]) => least > 0 && isEmpty(name));
  const inner = Object.entries(blocks).flatMap(([name, { block }]) =>
    [given.get(name) ?? []].flat().flatMap((each) => emptyListsOf(block, each, [...path, name])),
  );
  return [...[...own, ...needed].map(([name]) => [...path, name].join(".")), ...inner];
}
