import { type IConstruct, type ITerraformDependable, TerraformResource } from "./cdktf.js";

/**
 * The resources that a module made for one entry of a map, and for all of its entries: everything below its construct but what belongs
 * to other entries. What stands behind the entry waits for them by `dependsOn`.
 *
 * @param key The entry's key, which is the id of its construct.
 * @param keys The keys of all entries.
 */
export function resourcesFor(module: IConstruct, key: string, keys: readonly string[]): ITerraformDependable[] {
  const others = new Set(keys.filter((each) => each !== key));
  return module.node.children
    .filter(({ node }) => !others.has(node.id))
    .flatMap(({ node }) => node.findAll())
    .filter((construct): construct is TerraformResource => TerraformResource.isTerraformResource(construct));
}
