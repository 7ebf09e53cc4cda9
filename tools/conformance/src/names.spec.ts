import { gapOf, type Synthesis } from "@infra/core";
import { providerNames } from "@infra/inventory";
import { synthesizeIn } from "@infra/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { idOf } from "./modules/ids.js";
import { modules } from "./modules/index.js";
import { nameRule, nameOf } from "./name-rules.js";

const numRuns = 40;

const word = fc.stringMatching(/^[a-z](?:-?[a-z0-9]){0,12}$/);
const longWord = fc.stringMatching(/^[a-z][a-z0-9]{30,39}$/);
const key = fc.oneof({ weight: 4, arbitrary: word }, { weight: 1, arbitrary: longWord });
/** Few words, so that keys of several maps meet: `a` in `a-b`, and `b-a` in `a`. */
const close = fc.constantFrom("a", "b", "a-b", "b-a");
/** The names of a deployment, which begin every name: short and long ones, and words that clouds keep for themselves. */
const place = fc.oneof(
  { weight: 6, arbitrary: fc.record({ product: key, environment: key, name: key }) },
  { weight: 1, arbitrary: fc.record({ product: longWord, environment: longWord, name: longWord }) },
  { weight: 1, arbitrary: fc.record({ product: fc.constantFrom("sg", "internal"), environment: key, name: key }) },
);

type Keys = fc.Arbitrary<string>;
type Has = (feature: string) => boolean;

function mapOf<T>(keys: Keys, value: fc.Arbitrary<T>, minKeys = 1): fc.Arbitrary<Record<string, T>> {
  return fc.dictionary(keys, value, { minKeys, maxKeys: 4, noNullPrototype: true });
}

/** A map of entries that must differ from each other. */
function numbered<T>(keys: Keys, value: (index: number, key: string) => T): fc.Arbitrary<Record<string, T>> {
  return mapOf(keys, fc.constant(0)).map((map) =>
    Object.fromEntries(Object.keys(map).map((name, index) => [name, value(index, name)])),
  );
}

/** Any valid input of a module, with only what the cloud has. */
const inputs: Readonly<Record<string, (has: Has, keys: Keys) => fc.Arbitrary<object>>> = {
  network: (has, keys) =>
    fc.record({
      cidr: fc.constant("10.20.0.0/16"),
      ...(has("severalSubnets")
        ? { subnets: numbered(keys, (index) => ({ cidr: `10.20.${String(index)}.0/24` })) }
        : {}),
      ...(has("peering")
        ? { peering: numbered(keys, (index) => ({ network: idOf.network, cidr: `10.${String(100 + index)}.0.0/16` })) }
        : {}),
    }),
  firewall: (has, keys) =>
    mapOf(keys, mapOf(keys, fc.constant({ protocol: "tcp", ports: "443" }))).map((groups) => {
      const [first = {}] = Object.values(groups);
      const group = (rules: object) => ({ rules: has("groupsThatDiffer") ? rules : first });
      return { groups: Object.fromEntries(Object.entries(groups).map(([name, rules]) => [name, group(rules)])) };
    }),
  ssh: (_has, keys) => fc.record({ keys: numbered(keys, otherKey) }),
  compute: (has, keys) => {
    const listeners = numbered(keys, (index) => ({ port: 8000 + index }));
    const group = fc.record({
      count: fc.integer({ min: 1, max: 3 }),
      ...(has("volumes") ? { volumes: mapOf(keys, fc.constant({ size: 50 })) } : {}),
      ...(has("portTranslation") ? { loadBalancer: fc.record({ listeners }) } : {}),
    });
    return mapOf(keys, group).map((groups) => ({ groups }));
  },
  storage: (has, keys) => {
    const cors = fc.constant({ origins: ["https://acme.example"], methods: ["GET"] });
    const bucket = fc.record({
      ...(has("lifecycle") ? { lifecycle: mapOf(keys, fc.constant({ expireAfterDays: 90 }), 0) } : {}),
      ...(has("cors") ? { cors: mapOf(keys, cors, 0) } : {}),
    });
    return mapOf(keys, bucket).map((buckets) => ({ buckets }));
  },
  dns: (has, keys) => {
    const record = has("hosting") ? { type: "A", values: ["192.0.2.10"] } : { alias: "acme-web.herokuapp.com" };
    return mapOf(keys, mapOf(keys, fc.constant(record))).map((zones) => ({
      zones: Object.fromEntries(
        Object.entries(zones).map(([name, records]) => [name, { domain: `${name}.example`, records }]),
      ),
    }));
  },
};

const pairs = modules.flatMap((each) =>
  providerNames
    .filter((provider) => typeof each.adapters[provider] === "function")
    .map((provider) => [each.word, provider, each] as const),
);

it("has inputs for every module", () => {
  expect(Object.keys(inputs).sort()).toEqual(modules.map((each) => each.word).sort());
});

describe.each(pairs)("the names of %s on %s", (wordOf, provider, each) => {
  const has = (feature: string) => gapOf(each.adapters, provider, feature) === undefined;
  const input = fc.oneof(...[key, close].map((keys) => inputs[wordOf]?.(has, keys) ?? fc.constant(each.props)));

  it("are unique, legal and the same at every synth, for any valid input and any deployment", () => {
    let count = 0;
    const property = fc.property(input, place, (props, names) => {
      const synthesized = () => synthesizeIn(provider, (stack) => each.build(stack, props), names);
      const synthesis = accepted(synthesized);
      if (!synthesis) return;
      count++;
      expect(JSON.stringify(synthesized().configuration)).toBe(JSON.stringify(synthesis.configuration));
      const found = namesOf(synthesis);
      expect(duplicatesOf(found)).toEqual([]);
      for (const { type, name } of found) expect(name, type).toMatch(nameRule(type));
    });
    fc.assert(property, { numRuns });
    expect(count, `of ${String(numRuns)} inputs`).toBeGreaterThanOrEqual(numRuns / 2);
  });
});

/** Undefined when the input breaks a limit of the cloud, such as two volumes that would get one device name. */
function accepted(action: () => Synthesis): Synthesis | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && error.name === "InfraError") return undefined;
    throw error;
  }
}

interface Named {
  readonly type: string;
  readonly name: string;
  /** What the name must be unique in. */
  readonly scope: string;
}

function namesOf({ configuration }: Synthesis): Named[] {
  return Object.entries(configuration.resource ?? {}).flatMap(([type, byName]) =>
    Object.values(byName).flatMap((attributes) => {
      const found = nameOf(type, attributes as Record<string, unknown>);
      return found ? [{ type, ...found }] : [];
    }),
  );
}

function duplicatesOf(names: readonly Named[]): string[] {
  const seen = new Set<string>();
  return names.flatMap(({ type, name, scope }) => {
    const id = `${type} ${scope} ${name}`;
    if (seen.has(id)) return [id];
    seen.add(id);
    return [];
  });
}
