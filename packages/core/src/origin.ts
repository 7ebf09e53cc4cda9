import type { IConstruct } from "constructs";
import { Construct } from "constructs";
import { infraError, type InfraError, type Path } from "@infra/inventory";

/** Which part of a stack's configuration a construct was made from. */
const origins = new WeakMap<IConstruct, Path>();

/** Notes which part of the stack's configuration a construct was made from. */
export function setOrigin(construct: IConstruct, path: Path): void {
  origins.set(construct, path);
}

/** The configuration path of the construct, or of the nearest construct around it that has one. */
export function originOf(construct: IConstruct): Path {
  for (let current: IConstruct | undefined = construct; current; current = current.node.scope) {
    const path = origins.get(current);
    if (path) return path;
  }
  return [];
}

/** An error about a part of the configuration that a construct was made from. */
export function problemAt(scope: IConstruct, path: Path, message: string, remedy: string): InfraError {
  return infraError(message, remedy, { path: [...originOf(scope), ...path].join(".") });
}

/**
 * Builds one thing per entry of a map. Each entry gets a construct named by its key, so the key is part of the address of
 * every resource built in it, and errors and plan lines can name the inventory line of the entry.
 *
 * @param path Where the map stands in the configuration of the surrounding module or entry: `["groups"]`.
 * @returns What `build` returned, by key.
 */
export function forEachEntry<V, R>(
  scope: Construct,
  path: Path,
  entries: Readonly<Record<string, V>>,
  build: (scope: Construct, value: V, key: string) => R,
): Record<string, R> {
  const around = originOf(scope);
  return Object.fromEntries(
    Object.entries(entries).map(([key, value]) => {
      const child = new Construct(scope, key);
      setOrigin(child, [...around, ...path, key]);
      return [key, build(child, value, key)];
    }),
  );
}
