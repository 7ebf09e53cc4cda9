import { mkdirSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { visibleIn } from "@infra/io";

/**
 * Links what is installed into the copy of a product, and the product's own packages beside it.
 *
 * @param own Folders of the own packages, by name
 */
export function linkModules(modules: string, copy: string, own: Readonly<Record<string, string>>): void {
  const target = join(copy, "node_modules");
  if (Object.keys(own).length === 0) {
    symlinkSync(modules, target);
    return;
  }
  const installed = namesIn(modules).map((name): [string, string] => [name, join(modules, name)]);
  // One that has to be built first, and was not, stays as it is installed.
  const held = Object.entries(own)
    .map(([name, folder]): [string, string] => [name, join(copy, folder)])
    .filter(([, place]) => isLoadable(place));
  for (const [name, place] of new Map([...installed, ...held])) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    symlinkSync(place, join(target, name));
  }
}

function isLoadable(folder: string): boolean {
  try {
    return createRequire(join(folder, "package.json")).resolve(folder) !== "";
  } catch {
    return false;
  }
}

/** Names of the packages in a node_modules. */
function namesIn(modules: string): string[] {
  return visibleIn(modules).flatMap((name) =>
    name.startsWith("@") ? visibleIn(join(modules, name)).map((each) => `${name}/${each}`) : [name],
  );
}
