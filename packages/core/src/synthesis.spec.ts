import { describe, expect, it } from "vitest";
import { z } from "zod";
import { DataResource } from "./cdktf.js";
import { defineStack, type StackDefinition } from "./stack.js";
import { forEachEntry } from "./origin.js";
import { mapOf, type Reference } from "@infra/inventory";
import { synthesize } from "./synthesis.js";
import { addressesOf, testDeployment } from "./testing.js";

const stack: StackDefinition = defineStack({
  config: z.strictObject({ items: mapOf(z.strictObject({ text: z.string() })) }),
  build: (root, { items }) => ({
    ids: forEachEntry(
      root,
      ["items"],
      items,
      (scope, { text }) => new DataResource(scope, "item", { input: { text } }).id,
    ),
  }),
});

const synthesized = (config: string) => synthesize(testDeployment("hetzner", config), stack);

describe("synthesize", () => {
  it("gives addresses without hashes, with the keys of maps in them", () => {
    expect(addressesOf(synthesized("items: { one: { text: a }, two: { text: b } }"))).toEqual([
      "terraform_data.one_item",
      "terraform_data.two_item",
    ]);
  });

  it("knows which part of the configuration a resource comes from", () => {
    expect(synthesized("items: { one: { text: a } }").origins).toEqual({ "terraform_data.one_item": ["items", "one"] });
  });

  it("lets texts of the inventory stand for themselves, whatever they hold", () => {
    const { configuration } = synthesized("items: { one: { text: 'echo ${HOME} %{if} $5 100%' } }");
    expect(configuration.resource?.["terraform_data"]).toEqual({
      one_item: { input: { text: "echo $${HOME} %%{if} $5 100%" } },
    });
  });

  it("gives every reference a variable of its own, also where their names are alike", () => {
    const definition = defineStack({
      config: z.strictObject({ text: z.record(z.string(), z.custom<Reference>()) }),
      build: (root, { text }) => {
        for (const [name, value] of Object.entries(text))
          new DataResource(root, name, { input: { value: root.textOf(value) } });
        return {};
      },
    });
    const written = ["net.id.a", "net.id__a", "net.id.a", "net.id__a", "production/net.id.a"];
    const lines = written.map((output, index) => `  t${String(index)}: { output: ${output} }`);
    const { configuration, references } = synthesize(
      testDeployment("hetzner", `text:\n${lines.join("\n")}`),
      definition,
    );
    const resources = z
      .record(z.string(), z.object({ input: z.object({ value: z.string() }) }))
      .parse(configuration.resource?.["terraform_data"]);
    const [plain, other, ...rest] = Object.values(resources).map(({ input }) => input.value);
    expect(plain).toBe("${var.net__id__a}");
    expect(other).toMatch(/^\$\{var\.net__id__a_[0-9a-f]{8}\}$/);
    expect(rest).toEqual([plain, other, "${var.production___net__id__a}"]);
    expect([...references.values()].map(String)).toEqual(["net.id.a", "net.id__a", "production/net.id.a"]);
  });

  it("gives the engine a backend without an address, and qualified provider sources", () => {
    const { configuration } = synthesized("items: {}");
    expect(configuration.terraform?.backend).toEqual({ http: {} });
    for (const { source } of Object.values(configuration.terraform?.required_providers ?? {}))
      expect(source).toMatch(/^registry\.opentofu\.org\//);
  });

  it("calls nothing that Node warns of", async () => {
    const warnings: string[] = [];
    const note = ({ message }: Error): void => void warnings.push(message);
    process.on("warning", note);
    synthesized("items: { one: { text: a } }");
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", note);
    expect(warnings).toEqual([]);
  });

  it("reports every problem of the configuration with its place", () => {
    expect(() => synthesized("items: { One: { text: 1 } }\nextra: 1")).toThrow(
      /test\.yaml:1:\d+ items\.One.*\n.*test\.yaml:2:1 extra/s,
    );
  });
});
