import type { TerraformConfiguration } from "@infra/core";

/** What the engine makes first, for each resource: those that its arguments or its `depends_on` name, and what these wait for. */
export class Order {
  private readonly direct: ReadonlyMap<string, ReadonlySet<string>>;
  private readonly known = new Map<string, ReadonlySet<string>>();

  constructor({ resource = {} }: TerraformConfiguration) {
    const blocks = new Map(
      Object.entries(resource).flatMap(([type, byName]) =>
        Object.entries(byName).map(([name, block]) => [`${type}.${name}`, block] as const),
      ),
    );
    this.direct = new Map([...blocks].map(([address, block]) => [address, namedIn(block, address, blocks)]));
  }

  /** All addresses. */
  get addresses(): readonly string[] {
    return [...this.direct.keys()];
  }

  /** The addresses of the resources of a type. */
  ofType(type: string): readonly string[] {
    return this.addresses.filter((address) => address.startsWith(`${type}.`));
  }

  /** Everything that a resource waits for. @throws Error for a circle */
  before(address: string, way: readonly string[] = []): ReadonlySet<string> {
    const known = this.known.get(address);
    if (known) return known;
    if (way.includes(address)) throw new Error(`a circle: ${[...way, address].join(" → ")}`);
    const named = [...(this.direct.get(address) ?? [])];
    const found = new Set([...named, ...named.flatMap((each) => [...this.before(each, [...way, address])])]);
    this.known.set(address, found);
    return found;
  }
}

/** The addresses that a block names, in expressions or in `depends_on`. */
function namedIn(block: unknown, own: string, blocks: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  const words = JSON.stringify(block).match(/[a-z][a-z0-9_]*\.[a-zA-Z0-9_-]+/g) ?? [];
  return new Set(words.filter((word) => word !== own && blocks.has(word)));
}

/** What a cloud needs first although no argument says so. */
export interface Need {
  /** The type of what must wait. */
  readonly what: string;
  /** The type of what must be there before it. */
  readonly first: string;
  /** The type of what both hang on: only what hangs on the same one must be there. @default - all of the deployment */
  readonly via?: string;
  /** Part of the addresses of those that need not be there. @default - none */
  readonly but?: string;
  /** What happens otherwise. */
  readonly why: string;
}

/** What is made too early, as `<address> does not wait for <address>`. */
export function findEarly(order: Order, { what, first, via, but }: Need): string[] {
  const hangsOn = (address: string) => [...order.before(address)].filter((each) => each.startsWith(`${via ?? ""}.`));
  return order.ofType(what).flatMap((address) => {
    const before = order.before(address);
    return order
      .ofType(first)
      .filter((each) => but === undefined || !each.includes(but))
      .filter((each) => !order.before(each).has(address) || via === undefined)
      .filter((each) => via === undefined || isShared(hangsOn(each), before, via === what ? address : undefined))
      .filter((each) => !before.has(each))
      .map((each) => `${address} does not wait for ${each}`);
  });
}

function isShared(anchors: readonly string[], before: ReadonlySet<string>, own: string | undefined): boolean {
  return anchors.some((anchor) => anchor === own || before.has(anchor));
}
