import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
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

  it("makes them anew after a run that was interrupted", async () => {
    const provider = providerPackage();
    mkdirSync(join(provider.folder, "lib/.work/half"), { recursive: true });
    expect(isCurrent(provider)).toBe(false);
    await generate(provider);
    expect(readdirSync(join(provider.folder, "lib"))).not.toContain(".work");
  });

  it("runs no engine and reports nothing to anyone", () => {
    const provider = providerPackage();
    const engine = join(providers, "terraform");
    writeFileSync(engine, `#!/bin/sh\n: > ${providers}/engine-ran\nexit 1\n`, { mode: 0o755 });
    const script = `require("@infra/bindings").generate(${JSON.stringify(provider)})`;
    const env = { PATH: `${providers}:/usr/bin:/bin`, CDKTF_HOME: join(providers, "cdktf-home") };
    const out = execFileSync(process.execPath, ["-e", script], { cwd: providers, env, encoding: "utf8" });
    expect(out).toBe("");
    expect(existsSync(join(providers, "engine-ran"))).toBe(false);
    expect(existsSync(env.CDKTF_HOME)).toBe(false);
    expect(isCurrent(provider)).toBe(true);
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

describe("the bindings of hcloud", () => {
  it("are imported by deep path, load nothing else and synthesize with the provider's source", () => {
    const script = `
      const { App, TerraformStack } = require("cdktf");
      const { Server } = require("@infra/provider-hcloud/lib/server");
      const { HcloudProvider } = require("@infra/provider-hcloud/lib/provider");
      const stack = new TerraformStack(new App({ outdir: require("os").tmpdir() }), "s");
      new HcloudProvider(stack, "hcloud");
      new Server(stack, "web", { name: "web-1", serverType: "cx22", image: "debian-12" });
      const { resource, terraform } = stack.toTerraform();
      const root = require("path").dirname(require.resolve("@infra/provider-hcloud/package.json"));
      const loaded = Object.keys(require.cache).filter((file) => file.startsWith(root)).map((file) => file.slice(root.length));
      console.log(JSON.stringify({ resource, required: terraform.required_providers, loaded: loaded.sort() }));`;
    const out: unknown = JSON.parse(
      execFileSync(process.execPath, ["-e", script], { cwd: repository, encoding: "utf8" }),
    );
    expect(out).toMatchObject({
      resource: { hcloud_server: { web: { name: "web-1", server_type: "cx22", image: "debian-12" } } },
      required: { hcloud: { source: "registry.opentofu.org/hetznercloud/hcloud", version: "1.57.0" } },
      loaded: ["/lib/provider/index.js", "/lib/server/index.js"],
    });
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

  it("says how to get a schema that is missing", () => {
    const { folder } = providerPackage();
    rmSync(join(folder, "schema.json"));
    expect(() => readProviderPackage(providers, "anvil")).toThrow(/schema\.json does not exist\. .*anvil --refresh/);
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
