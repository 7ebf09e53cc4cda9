import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ensureTool } from "@infra/toolchain";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generate } from "./generate.js";
import { refreshSchema } from "./refresh.js";
import { isCurrent, readProviderIdentity, readProviderPackage } from "./provider-package.js";

const repository = resolve(__dirname, "../../..");
const attribute = { type: "string", description_kind: "plain" };
const small = {
  format_version: "1.0",
  provider_schemas: {
    "registry.opentofu.org/acme/anvil": {
      provider: { version: 0, block: { attributes: { token: { ...attribute, optional: true, sensitive: true } } } },
      resource_schemas: {
        anvil_drop: {
          version: 0,
          block: { attributes: { id: { ...attribute, computed: true }, height: { type: "number", required: true } } },
        },
        anvil_rope: { version: 0, block: { attributes: { id: { ...attribute, computed: true } } } },
      },
    },
  },
};

let providers: string;

beforeEach(() => {
  providers = mkdtempSync(join(tmpdir(), "bindings-"));
  symlinkSync(join(repository, "node_modules"), join(providers, "node_modules"));
});
afterEach(() => {
  rmSync(providers, { recursive: true, force: true });
});

function providerPackage(schema: unknown = small, manifest: object = {}) {
  const folder = join(providers, "anvil");
  mkdirSync(folder, { recursive: true });
  const terraform = { source: "registry.opentofu.org/acme/anvil" };
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "anvil", version: "2.3.4", terraform, ...manifest }),
  );
  writeFileSync(join(folder, "schema.json"), typeof schema === "string" ? schema : JSON.stringify(schema));
  return readProviderPackage(providers, "anvil");
}

function filesIn(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.includes("."));
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

describe("generate", () => {
  it("makes one folder per resource, data source and provider, and no index of them all", async () => {
    const provider = providerPackage();
    expect(await generate(provider)).toBe(3);
    expect(readdirSync(join(provider.folder, "lib")).sort()).toEqual([".digest", "drop", "provider", "rope"]);
  });

  it("makes the same bytes from the same schema", async () => {
    const provider = providerPackage();
    await generate(provider);
    const first = filesIn(join(provider.folder, "lib"));
    await generate(provider);
    expect(filesIn(join(provider.folder, "lib"))).toEqual(first);
  });

  it("knows when the bindings are out of date", async () => {
    const provider = providerPackage();
    expect(isCurrent(provider)).toBe(false);
    await generate(provider);
    expect(isCurrent(provider)).toBe(true);
    expect(isCurrent(providerPackage(small, { version: "2.4.0" }))).toBe(false);
  });

  it("gives bindings that load alone and synthesize with the provider's source", async () => {
    const provider = providerPackage();
    await generate(provider);
    const script = `
      const { App, TerraformStack } = require("cdktf");
      const { Drop } = require("./lib/drop");
      const { AnvilProvider } = require("./lib/provider");
      const stack = new TerraformStack(new App({ outdir: require("os").tmpdir() }), "s");
      new AnvilProvider(stack, "anvil");
      new Drop(stack, "d", { height: 7 });
      const { resource, terraform } = stack.toTerraform();
      const loaded = Object.keys(require.cache).filter((file) => file.startsWith(__dirname + "/lib"));
      console.log(JSON.stringify({ resource, required: terraform.required_providers, loaded: loaded.map((file) => file.slice(__dirname.length)) }));`;
    writeFileSync(join(provider.folder, "use.js"), script);
    const out = JSON.parse(execFileSync(process.execPath, ["use.js"], { cwd: provider.folder, encoding: "utf8" })) as {
      resource: { anvil_drop: { d: { height: number } } };
      required: unknown;
      loaded: string[];
    };
    expect(out.resource.anvil_drop.d.height).toBe(7);
    expect(out.required).toEqual({ anvil: { source: "registry.opentofu.org/acme/anvil", version: "2.3.4" } });
    expect(out.loaded.sort()).toEqual(["/lib/drop/index.js", "/lib/provider/index.js"]);
  });

  it("generates the bindings of hcloud from its schema", async () => {
    cpSync(join(repository, "packages/providers/hcloud/package.json"), join(providers, "hcloud/package.json"), {
      recursive: true,
    });
    cpSync(join(repository, "packages/providers/hcloud/schema.json"), join(providers, "hcloud/schema.json"));
    const provider = readProviderPackage(providers, "hcloud");
    const schemas = (
      JSON.parse(provider.schema) as {
        provider_schemas: Record<string, { resource_schemas: object; data_source_schemas: object }>;
      }
    ).provider_schemas[provider.source]!;
    const expected = 1 + Object.keys(schemas.resource_schemas).length + Object.keys(schemas.data_source_schemas).length;
    expect(await generate(provider)).toBe(expected);
    expect(readFileSync(join(provider.folder, "lib/server/index.d.ts"), "utf8")).toContain("serverType");
  });
});

describe("refreshSchema", () => {
  it("reads from the real provider the schema that is committed", async () => {
    await ensureTool("provider-hcloud");
    cpSync(join(repository, "packages/providers/hcloud/package.json"), join(providers, "hcloud/package.json"), {
      recursive: true,
    });
    process.env["INFRA_ENGINE"] ??= await ensureTool("tofu");
    await refreshSchema(readProviderIdentity(providers, "hcloud"));
    const committed: unknown = JSON.parse(
      readFileSync(join(repository, "packages/providers/hcloud/schema.json"), "utf8"),
    );
    expect(JSON.parse(readProviderPackage(providers, "hcloud").schema)).toEqual(committed);
  });
});

describe("readProviderPackage", () => {
  it("names the schema that is no JSON", () => {
    expect(() => providerPackage("{ nope")).toThrow(/schema\.json is not JSON .*Read it from the provider/);
  });

  it("refuses a schema of another provider", () => {
    expect(() => providerPackage(small, { terraform: { source: "registry.opentofu.org/acme/hammer" } })).toThrow(
      /holds registry\.opentofu\.org\/acme\/anvil, not/,
    );
  });

  it("names the packages when one is unknown", () => {
    providerPackage();
    expect(() => readProviderPackage(providers, "anvli")).toThrow(
      /anvli is not a provider package of .* Use one of: anvil/,
    );
  });
});
