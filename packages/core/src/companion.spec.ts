import { bindingOfType, bindingsOf } from "@infra/inventory";
import { DeploymentStack } from "./deployment-stack.js";
import { testDeployment } from "./testing.js";
import { describe, expect, it } from "vitest";

describe("a companion of a cloud's provider", () => {
  const stackOn = (provider: "aws" | "hetzner") => new DeploymentStack(testDeployment(provider));

  it("makes the resources of its types, and the cloud's own provider all others", () => {
    expect(bindingOfType("hetzner", "aws_s3_bucket")?.bindings).toBe("@cdktf/provider-aws");
    expect(bindingOfType("hetzner", "hcloud_server")?.bindings).toBe("@infra/provider-hcloud");
    expect(bindingOfType("aws", "aws_s3_bucket")?.labels).toEqual({ attribute: "tags", shape: "map" });
  });

  it("is configured once, under an alias", () => {
    const stack = stackOn("hetzner");
    const companion = stack.useCompanion("objectStorage");
    expect(stack.useCompanion("objectStorage")).toBe(companion);
    expect(companion.alias).toBe("object_storage");
  });

  it("exists only where the cloud's description names it", () => {
    expect(() => stackOn("aws").useCompanion("objectStorage")).toThrow("aws has no companion for objectStorage");
  });

  it("has credentials that are known, as they must be masked", () => {
    const known = bindingsOf("hetzner").flatMap(({ credentials }) => credentials);
    expect(known).toEqual(["HCLOUD_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]);
  });
});
