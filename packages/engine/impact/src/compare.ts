/** What becomes of one resource between two syntheses of the same deployment. */
export interface ResourceDifference {
  /** `hcloud_network.network`, or `data.hcloud_image.debian`. */
  readonly address: string;
  readonly action: "add" | "remove" | "change";
  /** Arguments that differ. @default - the whole resource comes or goes */
  readonly arguments?: readonly string[];
}

type Blocks = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

/** A synthesized configuration, as the engine reads it. */
export interface Configuration {
  readonly resource?: Blocks;
  readonly data?: Blocks;
}

/** The resources that differ between two syntheses, by address. Comments of the synthesis do not count. */
export function compareConfigurations(before: Configuration, after: Configuration): ResourceDifference[] {
  const [old, now] = [resourcesOf(before), resourcesOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((address): ResourceDifference[] => {
    const [was, is] = [old.get(address), now.get(address)];
    if (!was || !is) return [{ address, action: was ? "remove" : "add" }];
    const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
      (name) => name !== "//" && JSON.stringify(was[name]) !== JSON.stringify(is[name]),
    );
    return names.length === 0 ? [] : [{ address, action: "change", arguments: names.sort() }];
  });
}

function resourcesOf({ resource = {}, data = {} }: Configuration): Map<string, Readonly<Record<string, unknown>>> {
  const entries = (blocks: Blocks, prefix: string) =>
    Object.entries(blocks).flatMap(([type, named]) =>
      Object.entries(named).map(([name, body]) => [`${prefix}${type}.${name}`, body] as const),
    );
  return new Map([...entries(resource, ""), ...entries(data, "data.")]);
}
