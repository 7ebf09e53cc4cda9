import type { IConstruct } from "constructs";
import { Construct } from "constructs";
import { infraError, type InfraError, type Path } from "@infra/inventory";

/** Which part of a stack's configuration a construct was made from. */
const origins = new WeakMap<IConstruct, Path>();

/** Notes which part of the stack's configuration a construct was made from. */
export function setOrigin(construct: IConstruct, path: Path): void {
  origins.set(construct, path);
}

/** For constructs whose modules got input that the user wrote elsewhere: what the module calls a part, and where that part was written. */
const composed = new WeakMap<IConstruct, { readonly part: Path; readonly writtenAt: Path }[]>();

/**
 * Notes that a stack made a part of a module's input from another part of its own configuration: the group `groups.bastion` from
 * `ssh.bastion`. Errors and plan lines then name what the user wrote.
 *
 * @param scope A construct around the module: the stack.
 */
export function setComposed(scope: IConstruct, part: Path, writtenAt: Path): void {
  composed.set(scope, [...(composed.get(scope) ?? []), { part, writtenAt }]);
}

/** Where a part of a module's input was written: the part itself, unless the stack composed it. */
function writtenPath(scope: IConstruct, path: Path): Path {
  const known = scope.node.scopes.flatMap((around) => composed.get(around) ?? []);
  const found = known.find(({ part }) => part.join(".") === path.join("."));
  return found?.writtenAt ?? path;
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
      setOrigin(child, writtenPath(scope, [...around, ...path, key]));
      return [key, build(child, value, key)];
    }),
  );
}
