import { infraError, suggest } from "@infra/inventory";

/** The keys of some owners, or all of them; sorted by owner, so that the order in a file means nothing. */
export function chooseKeys<T>(keys: Readonly<Record<string, T>>, names?: readonly string[]): T[] {
  return [...(names ?? Object.keys(keys))].sort().map((name) => {
    const key = keys[name];
    if (key === undefined) throw infraError(`${JSON.stringify(name)} has no SSH key`, suggest(name, Object.keys(keys)));
    return key;
  });
}

/** Keys on clouds that have no resource for them: the id is the owner's name. */
export function keysByOwner(keys: Readonly<Record<string, string>>): Record<string, { id: string; publicKey: string }> {
  return Object.fromEntries(Object.entries(keys).map(([id, publicKey]) => [id, { id, publicKey }]));
}
