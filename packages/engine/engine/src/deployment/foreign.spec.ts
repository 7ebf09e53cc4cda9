import { describe, expect, it } from "vitest";
import type { Synthesis } from "@infra/core";
import type { DeploymentProviders } from "@infra/inventory";
import { testDeployment } from "@infra/core/testing";
import { refuseForeign } from "./foreign.js";

const deployment = testDeployment("hetzner", "{}");

function refused(
  configuration: object,
  allow: { providers?: string[]; provisioners?: boolean } = {},
  named: DeploymentProviders = new Map(),
): string {
  const synthesis = {
    configuration,
    origins: {},
    references: new Map(),
    secrets: new Map(),
    choices: [],
    advice: [],
  } as Synthesis;
  try {
    refuseForeign({ ...deployment, providers: named }, synthesis, { providers: [], provisioners: false, ...allow });
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

const providers = (source: string) => ({ terraform: { required_providers: { it: { source } } } });

describe("refuseForeign", () => {
  it("lets the clouds and what the engine has built in through", () => {
    expect(
      refused({
        terraform: {
          backend: { http: {} },
          required_providers: { hcloud: { source: "registry.opentofu.org/hetznercloud/hcloud", version: "1.57.0" } },
        },
        provider: { hcloud: [{}, { alias: "other" }] },
        resource: { hcloud_server: { one: { name: "x" } }, terraform_data: { two: {} } },
      }),
    ).toBe("");
  });

  it.each([
    [
      "a provider of nobody",
      providers("registry.opentofu.org/evil/evil"),
      /provider registry\.opentofu\.org\/evil\/evil/,
    ],
    ["the settings of a provider", { provider: { external: {} } }, /provider\.external needs .*hashicorp\/external/],
    ["settings in a list", { provider: [{ http: [{ alias: "a" }] }] }, /provider\.http needs .*hashicorp\/http/],
    ["a short source", providers("hashicorp/external"), /registry\.opentofu\.org\/hashicorp\/external/],
    ["a source without a block", { terraform: { required_providers: { it: "evil/evil" } } }, /evil\/evil/],
    ["another registry", providers("evil.example/hetznercloud/hcloud"), /evil\.example/],
    [
      "a data source that implies its provider",
      { data: { external: { x: { program: ["id"] } } } },
      /data\.external\.x needs/,
    ],
    ["a data source in a check", { check: { c: { data: { http: { x: {} } } } } }, /data\.http\.x needs/],
    ["an ephemeral resource", { ephemeral: { external_thing: { x: {} } } }, /ephemeral\.external_thing\.x/],
    ["a list of blocks", { data: [{ external: [{ x: [{ program: ["id"] }] }] }] }, /data\.external\.x needs/],
    [
      "a program beside the engine",
      { resource: { terraform_data: { x: { provisioner: [{ "local-exec": { command: "id" } }] } } } },
      /terraform_data\.x has a provisioner \(local-exec\)/,
    ],
    [
      "a program when something is forgotten",
      { removed: [{ from: "a.b", provisioner: { "local-exec": { command: "id" } } }] },
      /removed has a provisioner/,
    ],
    [
      "a module from the network",
      { module: { m: { source: "git::https://evil.example/m" } } },
      /from git::https:\/\/evil/,
    ],
    ["a module from a folder", { module: { m: { source: "./m" } } }, /module\.m is a module of Terraform/],
    ["another place for states", { terraform: { backend: { s3: {} } } }, /terraform\.backend\.s3/],
    ["another encryption", { terraform: { encryption: {} } }, /terraform\.encryption/],
  ])("refuses %s", (_, configuration, message) => {
    expect(refused(configuration)).toMatch(message);
  });

  it("lets providers of the registry through where the deployment names them, and says how to name them", () => {
    const vault = providers("hashicorp/vault");
    const settings = { arguments: {}, aliases: new Map() };
    expect(refused(vault, {}, new Map([["vault", settings]]))).toBe("");
    expect(refused(vault, {}, new Map([["consul", settings]]))).toMatch(
      /hashicorp\/vault, which the deployment's inventory file does not name.*add `providers: \{ vault: \{\} \}`/s,
    );
    expect(refused(providers("evil.example/hashicorp/vault"), {}, new Map([["vault", settings]]))).toMatch(
      /evil\.example/,
    );
  });

  it("lets through what the product allows, and no more", () => {
    const program = { resource: { terraform_data: { x: { provisioner: [{ "local-exec": { command: "id" } }] } } } };
    const allow = { providers: ["registry.opentofu.org/hashicorp/random"] };
    expect(refused(providers("hashicorp/random"), allow)).toBe("");
    expect(refused(program, allow)).toMatch(/provisioner/);
    expect(refused(program, { provisioners: true })).toBe("");
  });

  it("reports everything at once, with its place", () => {
    const message = refused({ module: { m: { source: "./m" } }, data: { external: { x: {} } } });
    expect(message.split("\n")).toHaveLength(2);
    expect(message).toContain(`${deployment.file}:1:1`);
  });
});
