import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type DeploymentProviders, type ProviderSettings, SecretReference } from "@infra/inventory";
import type { DeploymentStack } from "./deployment-stack.js";
import { Module } from "./module.js";
import { constraintOf } from "./provider-configuration.js";
import { defineStack } from "./stack.js";
import { type Synthesis, synthesize } from "./synthesis.js";
import { referenceTo, testDeployment } from "./testing.js";

const { Mount } = require("@cdktf/provider-vault/lib/mount") as typeof import("@cdktf/provider-vault/lib/mount");
const { S3Bucket } = require("@cdktf/provider-aws/lib/s3-bucket") as typeof import("@cdktf/provider-aws/lib/s3-bucket");

type Cloud = Parameters<typeof testDeployment>[0];

function built(build: (stack: DeploymentStack) => unknown, providers?: DeploymentProviders, cloud: Cloud = "hetzner") {
  const definition = defineStack({
    config: z.strictObject({}),
    build: (stack) => {
      build(stack);
      return {};
    },
  });
  return synthesize({ ...testDeployment(cloud), ...(providers ? { providers } : {}) }, definition);
}

const settings = (
  values: ProviderSettings["arguments"],
  aliases: Record<string, ProviderSettings["arguments"]> = {},
) => ({
  arguments: values,
  aliases: new Map(Object.entries(aliases)),
});
const mount = { path: "secrets", type: "kv" };
const blocks = ({ configuration }: Synthesis, name: string) => configuration.provider?.[name];

/** A module with a mount in Vault, whose contract declares providers. */
class Keys extends Module<{ name: string; adapters: "none"; config: z.ZodObject; providers: readonly "vault"[] }> {
  constructor(stack: DeploymentStack, providers: readonly "vault"[]) {
    const contract = { name: "keys", adapters: "none", config: z.strictObject({}), providers } as const;
    super(stack, "vault", contract, (scope) => new Mount(scope, "Default", mount).path, {}, undefined);
  }
}

describe("useProvider", () => {
  it("configures a provider once, and again only under an alias", () => {
    const synthesis = built((stack) => {
      const first = stack.useProvider("vault", { address: "https://one.example" });
      expect(stack.useProvider("vault")).toBe(first);
      expect(() => stack.useProvider("vault", { address: "https://two.example" })).toThrow(
        "vault is configured already",
      );
      const east = stack.useProvider("vault", { alias: "east", address: "https://two.example" });
      expect(() => stack.useProvider("vault", { alias: "east", address: "x" })).toThrow("vault.east is configured");
      new Mount(stack, "one", mount);
      new Mount(stack, "two", { ...mount, provider: east });
    });
    expect(blocks(synthesis, "vault")).toEqual([
      { address: "https://one.example" },
      { address: "https://two.example", alias: "east" },
    ]);
    expect(synthesis.configuration.resource?.["vault_mount"]).toMatchObject({ two: { provider: "vault.east" } });
  });

  it("hands references and secrets over in variables, also from blocks", () => {
    const secret = SecretReference.parse("secret://acme/cluster#token");
    const { configuration, references, secrets } = built((stack) =>
      stack.useProvider("helm", { kubernetes: { host: referenceTo("cluster.endpoint"), token: secret } }),
    );
    expect(configuration.provider?.["helm"]).toEqual([
      { kubernetes: { host: "${var.cluster__endpoint}", token: `\${var.${secret.variable}}` } },
    ]);
    expect([...references.keys(), ...secrets.keys()]).toEqual(["cluster__endpoint", secret.variable]);
  });

  it("begins with what the inventory says, whose texts stand for themselves", () => {
    const providers = new Map([
      [
        "vault" as const,
        settings({ address: "${x}", namespace: "acme" }, { east: { address: "https://east.example" } }),
      ],
    ]);
    const synthesis = built((stack) => {
      stack.useProvider("vault", { namespace: "other", token: undefined });
      stack.useProvider("vault", { alias: "east" });
    }, providers);
    expect(blocks(synthesis, "vault")).toEqual([
      { address: "$${x}", namespace: "other" },
      { address: "https://east.example", alias: "east" },
    ]);
  });

  it("refuses a provider that the inventory file does not name, and says what to add", () => {
    expect(() => built((stack) => stack.useProvider("vault"), new Map())).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            message: "production/test uses the provider vault, which its inventory file does not name",
            remedy: expect.stringContaining("providers: { vault: {} }"),
          }),
        ],
      }),
    );
  });

  it("is the cloud's own configuration for the cloud's own provider; one with an alias begins with its arguments", () => {
    const synthesis = built(
      (stack) => {
        expect(stack.useProvider("aws")).toBe(stack.useProvider());
        stack.useProvider("aws", { alias: "us", region: "us-east-1" });
      },
      new Map(),
      "aws",
    );
    expect(blocks(synthesis, "aws")).toEqual([{ region: "eu-central-1" }, { alias: "us", region: "us-east-1" }]);
  });

  it("confines the versions of a companion only where the companion is used", () => {
    const versions = (build: (stack: DeploymentStack) => unknown) =>
      built(build, new Map([["aws" as const, settings({})]])).configuration.terraform?.required_providers?.["aws"]
        ?.version;
    expect(versions((stack) => stack.useCompanion("objectStorage"))).toBe(">= 6.0.0, < 6.23.0");
    expect(versions((stack) => stack.useProvider("aws", { region: "eu-central-1" }))).toMatch(
      /^>= 6\.\d+\.\d+, < 7\.0\.0$/,
    );
  });

  it("labels resources as the configuration that makes them wants it", () => {
    const { configuration } = built((stack) => {
      new S3Bucket(stack, "companion", { bucket: "a", provider: stack.useCompanion("objectStorage") });
      new S3Bucket(stack, "own", { bucket: "b", provider: stack.useProvider("aws", { alias: "own", region: "x" }) });
    });
    const buckets = configuration.resource?.["aws_s3_bucket"] as Record<string, { tags?: object }>;
    expect(buckets["companion"]?.tags).toBeUndefined();
    expect(buckets["own"]?.tags).toMatchObject({ product: "acme" });
  });
});

describe("a module that declares providers", () => {
  it("gets the stack's configuration, or one that the inventory and the environment describe", () => {
    expect(
      blocks(
        built((stack) => new Keys(stack, ["vault"])),
        "vault",
      ),
    ).toEqual([{}]);
    const configured = built((stack) => {
      new Keys(stack, ["vault"]);
      stack.useProvider("vault", { address: "https://late.example" });
    });
    expect(blocks(configured, "vault")).toEqual([{ address: "https://late.example" }]);
  });

  it("must declare all that its resources need", () => {
    expect(() => built((stack) => new Keys(stack, []))).toThrow(
      /vault_mount\.vault needs the provider vault, which the contract of its module does not declare/,
    );
  });

  it("is the only one whose providers are configured unasked: a stack's own resources need useProvider", () => {
    expect(() => built((stack) => new Mount(stack, "own", mount))).toThrow(
      /vault_mount\.own needs the provider vault, which nothing configures/,
    );
  });
});

describe("constraintOf", () => {
  it.each([
    ["6.25.0", ">= 6.25.0, < 7.0.0"],
    ["0.13.1", ">= 0.13.1, < 0.14.0"],
    ["~> 5.0", "~> 5.0"],
  ])("makes of %s %s", (version, constraint) => {
    expect(constraintOf(version)).toBe(constraint);
  });

  it("is what every provider of a configuration has", () => {
    const { configuration } = built((stack) => [
      stack.useProvider(),
      stack.useProvider("consul"),
      stack.useProvider("nomad"),
    ]);
    const versions = Object.values(configuration.terraform?.required_providers ?? {}).map(({ version }) => version);
    expect(versions.sort()).toEqual([">= 1.57.0, < 2.0.0", ">= 2.22.1, < 3.0.0", ">= 2.5.2, < 3.0.0"]);
  });
});
