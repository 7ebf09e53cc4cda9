import {
  bindingOfType,
  InfraError,
  jsonSchema,
  type Problem,
  type ProviderName,
  providerNames,
} from "@infra/inventory";
import { findGaps, type Gap, gapOf, type Synthesis } from "@infra/core";
import { addressesOf, synthesizeIn } from "@infra/core/testing";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { synthesizeExample } from "./examples.js";
import { countAdded, globOf, mapsOf } from "./maps.js";
import { nameOf } from "./name-rules.js";
import { type MapCase, modules } from "./modules/index.js";

const repository = join(__dirname, "../../..");
const standard = ["environment", "managed-by", "product", "stack"];

type Attributes = Record<string, unknown> & { lifecycle?: { ignore_changes?: string[] } };

const pairs = modules.flatMap((each) => providerNames.map((provider) => [each.word, provider, each] as const));
const present = pairs.filter(([, provider, { adapters }]) => typeof adapters[provider] === "function");
const absent = pairs.filter(([, provider, { adapters }]) => typeof adapters[provider] !== "function");

describe.each(present)("%s on %s", (word, provider, each) => {
  const synthesized = (props: object) => synthesizeIn(provider, (stack) => each.build(stack, props));

  describe.each(each.examples.map((example) => [example.name, example] as const))(
    "its example %s",
    async (name, example) => {
      if (example.refusedBy?.includes(provider)) {
        it("is refused", async () => {
          await expect(synthesizeExample(each, name, provider)).rejects.toThrow(InfraError);
        });
        return;
      }
      const synthesis = await synthesizeExample(each, name, provider);

      it("keeps its addresses", async () => {
        const golden = join(repository, each.folder, "examples", `${name}.${provider}.txt`);
        const own = addressesOf(synthesis).filter((address) => new RegExp(`\\.${word}(?:_|$)`).test(address));
        await expect(`${own.join("\n")}\n`).toMatchFileSnapshot(golden);
      });

      it("labels every resource that can carry labels", () => {
        for (const [address, attributes] of resourcesOf(synthesis)) {
          const form = bindingOfType(provider, typeOf(address))?.labels;
          if (!form || !canCarryLabels(provider, address)) continue;
          const labels = (attributes[form.attribute.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`)] ??
            {}) as object;
          const keys = Array.isArray(labels) ? labels.map((label) => String(label).split(":")[0]) : Object.keys(labels);
          expect(keys, address).toEqual(expect.arrayContaining(standard));
        }
      });

      it("gives names that are unique among resources of a type", () => {
        const names = [...resourcesOf(synthesis)].flatMap(([address, attributes]) => {
          const found = nameOf(typeOf(address), attributes);
          return found ? [`${typeOf(address)} ${found.scope} ${found.name}`] : [];
        });
        expect(new Set(names).size).toBe(names.length);
      });
    },
  );

  it("synthesizes the same every time", () => {
    expect(JSON.stringify(synthesized(each.props))).toBe(JSON.stringify(synthesized(each.props)));
  });

  const maps = each.maps.filter(
    ({ feature }) => feature === undefined || gapOf(each.adapters, provider, feature) === undefined,
  );
  if (maps.length > 0)
    it.each(maps.map((map) => [map.path, map] as const))(
      "changes only resources of a key that is added to %s",
      (path, map) => {
        const props = map.props ?? each.props;
        const before = resourcesOf(synthesized(props));
        const after = resourcesOf(synthesized(withKey(props, path.split("."), map.value)));
        const isHolder = holdersOf(map, provider);
        const grown = [...before].filter(([address, attributes]) => {
          if (isHolder?.(address)) return hasGrown(planned(attributes), planned(after.get(address)), address);
          expect(planned(after.get(address)), address).toEqual(planned(attributes));
          return false;
        });
        const added = [...after.keys()].filter((address) => !before.has(address));
        for (const address of added) expect(address).toMatch(/added/);
        if (isHolder) expect(grown.length).toBeGreaterThan(0);
        else if (!map.none?.includes(provider)) expect(added.length).toBeGreaterThan(0);
      },
    );

  it("takes words that it uses itself as names, in every map", () => {
    const has = (feature: string) => gapOf(each.adapters, provider, feature) === undefined;
    for (const { path, value, props = each.props } of maps) {
      const crowded = each.crowded?.(has) ?? props;
      const own = addressesOf(synthesized(crowded)).flatMap((address) => address.split(/[._]/));
      const words = [...new Set(own)].filter((word) => /^[a-z]+$/.test(word));
      for (const key of words)
        notBroken(() => synthesized(withKey(crowded, path.split("."), value, key)), `${path}.${key}`);
    }
  });

  it.each(Object.keys(each.uses))("builds the feature %s, or refuses it as declared", (feature) => {
    const props = each.uses[feature] ?? {};
    const gap = gapOf(each.adapters, provider, feature);
    if (gap) expectRefusal(gap, () => synthesized(props));
    else expect(addressesOf(synthesized(props)).length).toBeGreaterThan(0);
  });
});

describe.each(absent)("%s on %s", (_word, provider, each) => {
  it("is refused as declared, whatever is asked of it", () => {
    const gap = each.adapters[provider] as Gap;
    for (const props of [each.props, ...Object.values(each.uses)])
      expectRefusal(gap, () => synthesizeIn(provider, (stack) => each.build(stack, props)));
  });
});

describe.each(modules.map((each) => [each.word, each] as const))("%s", (_word, each) => {
  it("has a case for every feature of its contract", () => {
    expect(Object.keys(each.uses).sort()).toEqual(Object.keys(each.contract.features).sort());
  });

  it("has an adapter or a declared gap for every cloud, and in each adapter gaps of its features only", () => {
    const gap = { reason: expect.stringMatching(/./) as string, remedy: expect.stringMatching(/./) as string };
    for (const provider of providerNames) {
      const adapter = each.adapters[provider];
      if (typeof adapter !== "function") {
        expect(adapter, provider).toEqual(gap);
        continue;
      }
      for (const [feature, lacked] of Object.entries(adapter().lacks ?? {})) {
        expect(Object.keys(each.contract.features), provider).toContain(feature);
        expect(lacked, `${provider} ${feature}`).toEqual(gap);
      }
    }
  });

  it("has a file or a folder for every adapter, and a subpath of its package", () => {
    const { exports } = require(join(repository, each.folder, "package.json")) as { exports: Record<string, unknown> };
    for (const provider of providerNames) {
      const files = [`${provider}.ts`, `${provider}/index.ts`].map((file) =>
        join(repository, each.folder, "src", file),
      );
      const isPresent = typeof each.adapters[provider] === "function";
      expect(files.filter((file) => existsSync(file)).length, provider).toBe(isPresent ? 1 : 0);
      expect(`./${provider}` in exports, provider).toBe(isPresent);
    }
  });

  it("has adapters and helpers that import nothing above its contract", () => {
    const source = join(repository, each.folder, "src");
    const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const above = files.filter((file) => file !== "index.ts" && !file.endsWith(".spec.ts"));
    for (const file of above)
      expect(readFileSync(join(source, file), "utf8"), file).not.toMatch(
        new RegExp(String.raw`from "(?:\./|\.\./)+(?:${each.word}|index)\.js"`),
      );
  });

  it.each(Object.keys(each.uses))("knows where a configuration asks for %s", (feature) => {
    const config = each.contract.config.parse(each.uses[feature]);
    const gap = { reason: "no", remedy: "no" };
    expect(findGaps(each.contract, { [feature]: gap }, "aws", config).length).toBeGreaterThan(0);
  });

  it("has a case for every map of its input", () => {
    const patterns = mapsOf(jsonSchema(each.contract.config));
    const isOf = (pattern: string, { path }: MapCase) => globOf(pattern).test(path);
    for (const pattern of patterns)
      expect(
        each.maps.some((map) => isOf(pattern, map)),
        pattern,
      ).toBe(true);
    for (const map of each.maps)
      expect(
        patterns.some((pattern) => isOf(pattern, map)),
        map.path,
      ).toBe(true);
  });

  it("has at least 15 kinds of bad input", () => {
    expect(Object.keys(each.refusals).length).toBeGreaterThanOrEqual(15);
  });

  it.each(Object.entries(each.refusals))("refuses %s, and says value, rule, remedy and path", (_name, refusal) => {
    const { props, path, says, provider = "aws" } = refusal;
    // An empty part would be in every message.
    for (const part of says) expect(part).toMatch(/\S/);
    const problems = problemsOf(() => synthesizeIn(provider, (stack) => each.build(stack, props)));
    const texts = problems.map(({ path: at = "", message, remedy }) => `${at}: ${message}. ${remedy}`);
    const hit = texts.find((text) => text.startsWith(`${path}: `) && says.every((part) => text.includes(part)));
    expect(hit, JSON.stringify(texts, undefined, 1)).toBeDefined();
  });
});

function expectRefusal({ reason, remedy }: Gap, action: () => unknown): void {
  const refusal = problemsOf(action).map(({ message, remedy: way }) => `${message}. ${way}`);
  expect(refusal.join("\n")).toContain(reason);
  expect(refusal.join("\n")).toContain(remedy);
}

/** Which addresses hold a whole map on a cloud; undefined when none does. */
function holdersOf({ within }: MapCase, provider: ProviderName): ((address: string) => boolean) | undefined {
  if (within instanceof RegExp) return (address) => within.test(address);
  const addresses = within?.[provider];
  return addresses === undefined ? undefined : (address) => [addresses].flat().includes(address);
}

/** Has what holds a map got one entry more? Its other entries must be as they were. */
function hasGrown(before: object, after: object, address: string): boolean {
  const count = countAdded(before, after);
  expect(count, `${address}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`).toBeLessThanOrEqual(1);
  return count === 1;
}

function resourcesOf({ configuration }: Synthesis): Map<string, Attributes> {
  return new Map(
    Object.entries(configuration.resource ?? {}).flatMap(([type, byName]) =>
      Object.entries(byName).map(([name, attributes]) => [`${type}.${name}`, attributes as Attributes] as const),
    ),
  );
}

/** The attributes that a plan looks at. */
function planned(attributes: Attributes | undefined): object {
  const ignored = attributes?.lifecycle?.ignore_changes ?? [];
  const counts = ([key]: [string, unknown]) => !ignored.includes(key);
  return Object.fromEntries(
    Object.entries(attributes ?? {})
      .filter(counts)
      .map(([key, value]) => [
        key,
        withoutKeys(value, (inner) => ignored.includes(`${key}[${JSON.stringify(inner)}]`)),
      ]),
  );
}

/** A map without the keys that a plan does not look at. */
function withoutKeys(value: unknown, isIgnored: (key: string) => boolean): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !isIgnored(key)));
}

function typeOf(address: string): string {
  return address.slice(0, address.indexOf("."));
}

/** Can resources of the type carry labels, by what its binding can take? */
function canCarryLabels(provider: ProviderName, address: string): boolean {
  const { bindings, labels } = bindingOfType(provider, typeOf(address)) ?? {};
  if (bindings === undefined || labels?.except?.includes(typeOf(address))) return false;
  const [, ...words] = typeOf(address).split("_");
  const loaded = require(`${bindings}/lib/${words.join("-")}`) as Record<string, { prototype?: object }>;
  return Object.values(loaded).some(
    ({ prototype }) =>
      prototype && `${labels?.attribute ?? ""}Input` in prototype && "synthesizeAttributes" in prototype,
  );
}

function withKey(props: object, path: readonly string[], value: unknown, key = "added"): object {
  const copy = structuredClone(props) as Record<string, unknown>;
  const map = path.reduce((at, step) => at[step] as Record<string, unknown>, copy);
  map[key] ??= value;
  return copy;
}

/** An input may be refused, but must not break the construct tree. */
function notBroken(action: () => unknown, what: string): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof InfraError)) throw new Error(`${what}: ${String(error)}`, { cause: error });
  }
}

function problemsOf(action: () => unknown): readonly Problem[] {
  try {
    action();
  } catch (error) {
    if (error instanceof InfraError) return error.problems;
    throw error;
  }
  return [];
}
