import type { Construct, DeploymentStack, ProviderName, Synthesis } from "@infra/core";
import { synthesizeIn } from "@infra/core/testing";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ModuleCase } from "./modules/index.js";

const repository = join(__dirname, "../../..");

/** What an example's file exports: how to build it, with what it needs of other modules. */
interface ExampleFile {
  example(stack: DeploymentStack, peers: object): Construct;
}

/** Synthesizes an example of a module for a cloud, with the modules that it needs. */
export async function synthesizeExample(each: ModuleCase, name: string, provider: ProviderName): Promise<Synthesis> {
  const path = join(repository, each.folder, "examples", `${name}.ts`);
  const { example } = (await import(pathToFileURL(path).href)) as ExampleFile;
  return synthesizeIn(provider, (stack) => ({ id: example(stack, each.peers(stack)).node.id }));
}
