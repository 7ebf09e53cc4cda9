import { findGaps, InfraError, type ProviderName, type Synthesis } from "@infra/core";
import { addressesOf, synthesizeIn } from "@infra/core/testing";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { computePeers, type ModuleCase, modules } from "./modules.js";

const repository = join(__dirname, "../../..");
const providers: readonly ProviderName[] = ["aws", "hetzner"];
const standard = ["environment", "managed-by", "product", "stack"];

type Attributes = Record<string, unknown> & { lifecycle?: { ignore_changes?: string[] } };

describe.each(providers.flatMap((provider) => modules.map((each) => [each.word, provider, each] as const)))(
  "%s on %s",
  (word, provider, each) => {
    const synthesized = (props: object) => synthesizeIn(provider, (stack) => each.build(stack, props));

    it("keeps the addresses of its example", async () => {
      const golden = join(repository, each.folder, "examples", `${each.example}.${provider}.txt`);
      const synthesis = await exampleOf(each, provider);
      const own = addressesOf(synthesis).filter((address) => new RegExp(`\\.${word}(?:_|$)`).test(address));
      await expect(`${own.join("\n")}\n`).toMatchFileSnapshot(golden);
    });

    it("labels every resource that can carry labels", async () => {
      const labelled = [...resourcesOf(await exampleOf(each, provider))].flatMap(([address, attributes]) => {
        const key = labelKeyOf(provider, address);
        return key ? [{ address, labels: Object.keys((attributes[key] as object | undefined) ?? {}) }] : [];
      });
      expect(labelled.length).toBeGreaterThan(0);
      for (const { address, labels } of labelled) expect(labels, address).toEqual(expect.arrayContaining(standard));
    });

    it("gives legal names that are unique among resources of a type", async () => {
      const names = [...resourcesOf(await exampleOf(each, provider))].flatMap(([address, { name }]) =>
        typeof name === "string" ? [`${typeOf(address)} ${name}`] : [],
      );
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^\w+ [a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
    });

    it("synthesizes the same every time", () => {
      expect(JSON.stringify(synthesized(each.props))).toBe(JSON.stringify(synthesized(each.props)));
    });

    it.each(each.maps.map((map) => [map.path, map] as const))(
      "changes only resources of a key that is added to %s",
      (path, map) => {
        const before = resourcesOf(synthesized(each.props));
        const after = resourcesOf(synthesized(withKey(each.props, path.split("."), map.value)));
        for (const [address, attributes] of before) {
          if (address === map.within?.[provider]) continue;
          expect(planned(after.get(address)), address).toEqual(planned(attributes));
        }
        const added = [...after.keys()].filter((address) => !before.has(address));
        for (const address of added) expect(address).toMatch(/_added(?:_|$)/);
        if (!map.within?.[provider]) expect(added.length).toBeGreaterThan(0);
      },
    );

    it("has a case for every feature of its contract", () => {
      expect(Object.keys(each.uses).sort()).toEqual(Object.keys(each.contract.features).sort());
    });

    it.each(Object.keys(each.uses))("builds the feature %s, or refuses it as declared", (feature) => {
      const props = each.uses[feature] ?? {};
      const gap = supportOf(each, provider)[feature];
      expect(gap, "declared").toBeDefined();
      if (gap === true) {
        expect(addressesOf(synthesized(props)).length).toBeGreaterThan(0);
        return;
      }
      const refusal = messageOf(() => synthesized(props));
      expect(refusal).toContain(gap?.reason);
      expect(refusal).toContain(gap?.remedy);
    });

    it.each(Object.keys(each.uses))("knows where a configuration asks for %s", (feature) => {
      const config = each.contract.config.parse(each.uses[feature]);
      const gap = { reason: "no", remedy: "no" };
      const none = Object.fromEntries(Object.keys(each.uses).map((key) => [key, key === feature ? gap : true]));
      const adapter = { supports: none, build: () => undefined };
      expect(findGaps(each.contract as never, adapter as never, provider, config as never).length).toBeGreaterThan(0);
    });
  },
);

type Support = Readonly<Record<string, true | { readonly reason: string; readonly remedy: string }>>;

function supportOf({ contract }: ModuleCase, provider: ProviderName): Support {
  return contract.adapters[provider]?.().supports ?? {};
}

async function exampleOf({ folder, example, word }: ModuleCase, provider: ProviderName): Promise<Synthesis> {
  const path = pathToFileURL(join(repository, folder, "examples", `${example}.ts`)).href;
  const loaded = (await import(path)) as { example(stack: unknown, peers: unknown): { node: { id: string } } };
  return synthesizeIn(provider, (stack) => {
    const peers = word === "network" ? {} : peersOf(word, stack);
    return { id: loaded.example(stack, peers).node.id };
  });
}

/** The other modules that a module needs, without the module itself. */
function peersOf(word: string, stack: Parameters<typeof computePeers>[0]): object {
  if (word === "compute") return computePeers(stack, ["web", "db"]);
  const network = modules.find((each) => each.word === "network");
  network?.build(stack, network.props);
  return { network: stack.node.tryFindChild("network") };
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
  return Object.fromEntries(Object.entries(attributes ?? {}).filter(([key]) => !ignored.includes(key)));
}

function typeOf(address: string): string {
  return address.slice(0, address.indexOf("."));
}

/** The attribute in which a type keeps its labels, by what its binding can take. */
function labelKeyOf(provider: ProviderName, address: string): "labels" | "tags" | undefined {
  const [, ...words] = typeOf(address).split("_");
  const bindings = provider === "aws" ? "@cdktf/provider-aws" : "@infra/provider-hcloud";
  const loaded = require(`${bindings}/lib/${words.join("-")}`) as Record<string, { prototype?: object }>;
  return (["labels", "tags"] as const).find((key) =>
    Object.values(loaded).some(
      ({ prototype }) => prototype && `${key}Input` in prototype && "synthesizeAttributes" in prototype,
    ),
  );
}

function withKey(props: object, path: readonly string[], value: unknown): object {
  const copy = structuredClone(props) as Record<string, unknown>;
  const map = path.reduce((at, step) => at[step] as Record<string, unknown>, copy);
  map["added"] = value;
  return copy;
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof InfraError) return error.message;
    throw error;
  }
  return "";
}
