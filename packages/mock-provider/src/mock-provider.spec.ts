import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { awsConfiguration, hcloudConfiguration } from "../test/configurations.js";
import { bindingsOf } from "../test/engine.js";
import { reattachEnvironment, startMockProvider, usedTypes } from "./index.js";
import { findSchema } from "./schemas.js";

const source = "registry.opentofu.org/hashicorp/aws";
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "mock-provider-unit-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const options = (resourceTypes: string[]) => ({
  source,
  bindings: bindingsOf(source),
  resourceTypes,
  dataSourceTypes: [],
  cloud: join(folder, "cloud.jsonl"),
});

const socketOf = (environment: { TF_REATTACH_PROVIDERS: string }): string =>
  (JSON.parse(environment.TF_REATTACH_PROVIDERS) as Record<string, { Addr: { String: string } }>)[source]!.Addr.String;

describe("a mock provider", () => {
  test("listens on a socket in a private folder, which closing removes", async () => {
    const provider = await startMockProvider(options(["aws_vpc"]));
    const socket = socketOf(reattachEnvironment([provider]));
    expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700);
    await provider.close();
    await provider.close();
    expect(existsSync(dirname(socket))).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("names the types that the bindings do not have", async () => {
    await expect(startMockProvider(options(["aws_vcp", "aws_vpc"]))).rejects.toThrow(
      /has no binding for resource aws_vcp of registry\.opentofu\.org\/hashicorp\/aws\. Check/,
    );
  });

  test("loads no binding", async () => {
    const provider = await startMockProvider(options(["aws_vpc", "aws_instance"]));
    await provider.close();
    expect(Object.keys(require.cache).filter((file) => file.includes("@cdktf/provider-"))).toEqual([]);
  });

  test("runs a hundred times in one process", async () => {
    const providers = await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        startMockProvider({ ...options(["aws_vpc"]), cloud: join(folder, `${at}.jsonl`) }),
      ),
    );
    await Promise.all(providers.map((provider) => provider.close()));
  });
});

describe("the used types", () => {
  test("are listed by provider", () => {
    expect(usedTypes(hcloudConfiguration())).toMatchObject([
      { source: "registry.opentofu.org/hetznercloud/hcloud", dataSourceTypes: ["hcloud_image", "hcloud_location"] },
    ]);
    expect(usedTypes(awsConfiguration())[0]!.resourceTypes).toContain("aws_vpc_security_group_ingress_rule");
  });

  test("follow the provider that a resource names, and leave the built-in one out", () => {
    const configuration = {
      terraform: [{ required_providers: [{ cloud: { source: "hashicorp/aws" } }] }],
      resource: { aws_vpc: { a: { provider: "cloud.west" } }, terraform_data: { b: {} }, random_id: { c: {} } },
    };
    expect(usedTypes(configuration)).toEqual([
      { source: "registry.opentofu.org/hashicorp/aws", resourceTypes: ["aws_vpc"], dataSourceTypes: [] },
      { source: "registry.opentofu.org/hashicorp/random", resourceTypes: ["random_id"], dataSourceTypes: [] },
    ]);
  });

  test("of something else than a configuration are refused", () => {
    expect(() => usedTypes("text")).toThrow(/Not a Terraform configuration/);
  });
});

describe("a derived schema", () => {
  const block = (kind: "resource" | "data source", type: string) => findSchema(bindingsOf(source), kind, type)!.block;

  test("says what is required, optional and computed", () => {
    const { attributes = {} } = block("resource", "aws_subnet");
    expect(attributes["vpc_id"]).toEqual({ required: true, type: "string" });
    expect(attributes["cidr_block"]).toEqual({ optional: true, type: "string" });
    expect(attributes["id"]).toEqual({ optional: true, computed: true, type: "string" });
    expect(attributes["arn"]).toEqual({ computed: true, type: "string" });
    expect(attributes["tags"]).toEqual({ optional: true, type: ["map", "string"] });
  });

  test("tells blocks from attributes, and one from many", () => {
    const { block_types = {} } = block("resource", "aws_instance");
    expect(block_types["metadata_options"]).toMatchObject({ nesting_mode: "list", max_items: 1 });
    expect(block_types["ebs_block_device"]).toMatchObject({ nesting_mode: "set" });
    expect(block_types["ebs_block_device"]).not.toHaveProperty("max_items");
    expect(block_types["timeouts"]).toMatchObject({ nesting_mode: "single" });
    const ingress = block("resource", "aws_security_group").attributes?.["ingress"];
    expect(ingress).toMatchObject({ optional: true, computed: true, nested_type: { nesting_mode: "set" } });
  });

  test("knows of addresses that a provider chooses when none is named, also in blocks", () => {
    const google = dirname(require.resolve("@cdktf/provider-google/package.json"));
    const { block: address } = findSchema(google, "resource", "google_compute_address")!;
    expect(address.attributes?.["address"]).toEqual({ optional: true, computed: true, type: "string" });
    const { block: instance } = findSchema(google, "resource", "google_compute_instance")!;
    const { attributes, block_types = {} } = instance.block_types!["network_interface"]!.block;
    expect(attributes?.["network_ip"]).toMatchObject({ computed: true });
    expect(block_types["access_config"]?.block.attributes?.["nat_ip"]).toMatchObject({ computed: true });
  });

  test("has the provider without its alias", () => {
    const provider = findSchema(bindingsOf(source), "provider", "")!.block;
    expect(provider.attributes).toHaveProperty("region");
    expect(provider.attributes).not.toHaveProperty("alias");
    expect(provider.block_types).toHaveProperty("default_tags");
  });
});
