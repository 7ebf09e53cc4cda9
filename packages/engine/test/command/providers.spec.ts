import { afterAll, beforeAll, expect, it } from "vitest";
import { openTofu, Product } from "../product.js";

let product: Product;

const stack = `
const { defineStack, Module } = require("@infra/core");
const { Mount } = require("@cdktf/provider-vault/lib/mount");
const { Keys } = require("@cdktf/provider-consul/lib/keys");
const { Namespace } = require("@cdktf/provider-nomad/lib/namespace");
const { Server } = require("@infra/provider-hcloud/lib/server");
const { z } = require("zod");

const contract = { name: "engine", adapters: "none", config: z.strictObject({ path: z.string() }), providers: ["vault"] };

class Engine extends Module {
  constructor(scope, id, props) {
    super(scope, id, contract, (own, { path }) => ({ path: new Mount(own, "Default", { path, type: "kv" }).path }), props, {});
  }
}

exports.default = defineStack({
  config: z.strictObject({ path: z.string() }),
  build(stack, { path }) {
    stack.useProvider();
    const server = new Server(stack, "server", { name: "plane", serverType: "cx22", image: "debian-12" });
    const east = stack.useProvider("vault", { alias: "east" });
    stack.useProvider("consul", { address: \`\${server.ipv4Address}:8501\` });
    stack.useProvider("nomad");
    const mount = new Engine(stack, "engine", { path });
    new Mount(stack, "east", { path, type: "kv", provider: east });
    new Keys(stack, "keys", { key: [{ path: "mount", value: mount.outputs.path }] });
    new Namespace(stack, "namespace", { name: "apps" });
    return { path: mount.outputs.path };
  },
});
`;

const upstream = `
const { defineStack } = require("@infra/core");
const { z } = require("zod");
exports.default = defineStack({ config: z.strictObject({}), build: () => ({ nomad: { url: "https://nomad.example" } }) });
`;

beforeAll(async () => {
  product = new Product(await openTofu(), { VAULT_TOKEN: "hvs.never-shown-anywhere" });
  product.write("stacks/plane/index.js", stack);
  product.write("stacks/base/index.js", upstream);
  product.write(
    "inventory/product.yaml",
    [
      "product: acme",
      "provider: hetzner",
      "region: fsn1",
      "providers:",
      "  vault: { address: 'https://vault.example/${literal}', aliases: { east: { address: https://east.example } } }",
      "  nomad: { address: { output: base.nomad.url }, region: eu }",
      "  kubernetes: { host: { output: nowhere.endpoint } }",
      "",
    ].join("\n"),
  );
  product.write("inventory/production/base.yaml", "stack: ./stacks/base\n");
  product.write(
    "inventory/production/plane.yaml",
    [
      "stack: ./stacks/plane",
      "providers:",
      "  vault: { token: secret://acme/vault#token }",
      "  consul: {}",
      "  nomad: {}",
      "config: { path: secrets }",
      "",
    ].join("\n"),
  );
}, 60_000);
afterAll(() => {
  product.remove();
});

it("plans and applies a stack of three providers besides its cloud's, one of them twice", async () => {
  const base = await product.infra("apply", "production/base", "--offline", "--yes");
  expect(base.code, base.output).toBe(0);
  const planned = await product.results("plan", "production/plane", "--offline");
  expect(planned.code, planned.output).toBe(2);
  expect(planned.results["production/plane"]?.changes.map(({ address }) => address).sort()).toEqual([
    "consul_keys.keys",
    "hcloud_server.server",
    "nomad_namespace.namespace",
    "vault_mount.east",
    "vault_mount.engine",
  ]);
  const applied = await product.infra("apply", "production/plane", "--offline", "--yes");
  expect(applied.code, applied.output).toBe(0);
  expect(
    product
      .cloud("production/plane")
      .map(({ type }) => type)
      .sort(),
  ).toEqual(["consul_keys", "hcloud_server", "nomad_namespace", "vault_mount", "vault_mount"]);
  const again = await product.infra("plan", "production/plane", "--offline");
  expect(again.code, again.output).toBe(0);
  for (const { output } of [planned, applied, again]) expect(output).not.toContain("hvs.never-shown-anywhere");
}, 120_000);

it("gives every configuration its arguments: of the inventory, of another deployment, of a resource, of a secret", () => {
  const { provider, terraform, variable } = JSON.parse(
    product.read(`${product.work("production/plane")}/cdk.tf.json`),
  ) as {
    provider: Record<string, Record<string, unknown>[]>;
    terraform: { required_providers: Record<string, { source: string; version: string }> };
    variable: Record<string, { sensitive?: boolean }>;
  };
  const [secret = ""] = Object.keys(variable).filter((name) => name.startsWith("secret_acme_vault_token_"));
  expect(variable[secret]?.sensitive).toBe(true);
  expect(provider["vault"]).toEqual([
    { address: "https://east.example", alias: "east" },
    { address: "https://vault.example/$${literal}", token: `\${var.${secret}}` },
  ]);
  expect(provider["consul"]).toEqual([{ address: "${hcloud_server.server.ipv4_address}:8501" }]);
  expect(provider["nomad"]).toEqual([{ address: "${var.base__nomad__url}", region: "eu" }]);
  expect(terraform.required_providers["vault"]).toEqual({
    source: "registry.opentofu.org/hashicorp/vault",
    version: ">= 5.6.0, < 6.0.0",
  });
});

it("refuses a provider that the deployment's file does not name, before the engine starts", async () => {
  product.write("inventory/staging/plane.yaml", "stack: ./stacks/plane\nconfig: { path: secrets }\n");
  const { code, output } = await product.infra("plan", "staging/plane", "--offline");
  expect(code).toBe(1);
  expect(output).toContain("staging/plane uses the provider vault, which its inventory file does not name");
  expect(output).toContain("providers: { vault: {} }");
});
