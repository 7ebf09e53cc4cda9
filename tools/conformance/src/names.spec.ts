import { gapOf, type ProviderName, providerNames, type Synthesis } from "@infra/core";
import { synthesizeIn } from "@infra/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exampleKey, type ModuleCase, modules } from "./modules/index.js";
import { nameRule, nameOf } from "./name-rules.js";

const word = fc.stringMatching(/^[a-z](?:-?[a-z0-9]){0,12}$/);
const longWord = fc.stringMatching(/^[a-z][a-z0-9]{30,39}$/);
const key = fc.oneof({ weight: 4, arbitrary: word }, { weight: 1, arbitrary: longWord });
/** Few words, so that keys of several maps meet: `a` in `a-b`, and `b-a` in `a`. */
const close = fc.constantFrom("a", "b", "a-b", "b-a");

type Keys = fc.Arbitrary<string>;

function mapOf<T>(keys: Keys, value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return fc.dictionary(keys, value, { minKeys: 1, maxKeys: 4, noNullPrototype: true });
}

/** Any valid input of a module, with only what the cloud has. */
const inputs: Readonly<Record<string, (each: ModuleCase, provider: ProviderName, keys: Keys) => fc.Arbitrary<object>>> =
  {
    network: (each, provider, keys) =>
      gapOf(each.contract, provider, "severalSubnets")
        ? fc.constant(each.props)
        : fc.uniqueArray(keys, { minLength: 1, maxLength: 4 }).map((names) => ({
            cidr: "10.20.0.0/16",
            subnets: Object.fromEntries(names.map((name, index) => [name, { cidr: `10.20.${String(index)}.0/24` }])),
          })),
    firewall: (each, provider, keys) =>
      mapOf(keys, mapOf(keys, fc.constant({ protocol: "tcp", ports: "443" }))).map((groups) => {
        const [first = {}] = Object.values(groups);
        const differ = gapOf(each.contract, provider, "groupsThatDiffer") === undefined;
        return {
          groups: Object.fromEntries(
            Object.entries(groups).map(([name, rules]) => [name, { rules: differ ? rules : first }]),
          ),
        };
      }),
    ssh: (_each, _provider, keys) => mapOf(keys, fc.constant(exampleKey)).map((owners) => ({ keys: owners })),
    compute: (each, provider, keys) => {
      const has = (feature: string) => gapOf(each.contract, provider, feature) === undefined;
      const group = fc
        .record({
          count: fc.integer({ min: 1, max: 3 }),
          volumes: mapOf(keys, fc.constant({ size: 10 })),
          listeners: mapOf(keys, fc.constant(0)),
        })
        .map(({ count, volumes, listeners }) => ({
          count,
          ...(has("volumes") ? { volumes } : {}),
          ...(has("loadBalancer") ? { loadBalancer: { listeners: withPorts(listeners) } } : {}),
        }));
      return mapOf(keys, group).map((groups) => ({ groups }));
    },
  };

function withPorts(listeners: object): object {
  return Object.fromEntries(Object.keys(listeners).map((name, index) => [name, { port: 8000 + index }]));
}

const pairs = modules.flatMap((each) =>
  providerNames.flatMap((provider) =>
    inputs[each.word] && typeof each.contract.adapters[provider] === "function"
      ? [[each.word, provider, each] as const]
      : [],
  ),
);

describe.each(pairs)("the names of %s on %s", (wordOf, provider, each) => {
  const input = fc.oneof(
    ...[key, close].map((keys) => inputs[wordOf]?.(each, provider, keys) ?? fc.constant(each.props)),
  );
  const synthesized = (props: object) => synthesizeIn(provider, (stack) => each.build(stack, props));

  it("are unique, legal and the same at every synth, for any valid input", () => {
    const property = fc.property(input, (props) => {
      const synthesis = accepted(() => synthesized(props));
      if (!synthesis) return;
      expect(JSON.stringify(synthesized(props).configuration)).toBe(JSON.stringify(synthesis.configuration));
      const found = namesOf(synthesis);
      expect(duplicatesOf(found)).toEqual([]);
      for (const { type, name } of found) expect(name, type).toMatch(nameRule(type));
    });
    fc.assert(property, { numRuns: 60 });
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
