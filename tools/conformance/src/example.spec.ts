import { type Deployment, loadInventory, providerNames, type Reference } from "@infra/inventory";
import { type StackDefinition, synthesize } from "@infra/core";
import { testDeployment } from "@infra/core/testing";
import compute from "@infra/stack-compute";
import dns from "@infra/stack-dns";
import storage from "@infra/stack-storage";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";

const repository = join(__dirname, "../../..");
const inventory = join(repository, "inventory-example");
const stacks: Readonly<Record<string, StackDefinition>> = { compute, dns, storage };

function addressesOf(deployment: Deployment, stack: StackDefinition = compute): string {
  const { resource = {}, data = {} } = synthesize(deployment, stack, repository).configuration;
  const addresses = (blocks: Record<string, Record<string, unknown>>, prefix = "") =>
    Object.entries(blocks).flatMap(([type, names]) => Object.keys(names).map((name) => `${prefix}${type}.${name}`));
  return `${[...addresses(data, "data."), ...addresses(resource)].sort().join("\n")}\n`;
}

describe("the example inventory", () => {
  const { deployments } = loadInventory(inventory);

  it("moves from Hetzner to AWS by three lines at most", () => {
    const linesOf = (environment: string) =>
      readdirSync(join(inventory, environment)).flatMap((file) =>
        readFileSync(join(inventory, environment, file), "utf8")
          .trimEnd()
          .split("\n")
          .filter((line, index) => line !== sameLine(environment, file, index)),
      );
    expect(linesOf("staging").length + linesOf("production").length).toBeLessThanOrEqual(3);
  });

  it("has one site that differs from cloud to cloud in three lines of one file at most", () => {
    const [first = "", ...others] = ["gcp", "azure", "oracle", "digitalocean"].map((name) => join(inventory, name));
    for (const folder of others) {
      expect(readdirSync(folder)).toEqual(readdirSync(first));
      for (const file of readdirSync(folder).filter((name) => name !== "environment.yaml"))
        expect(readFileSync(join(folder, file), "utf8")).toBe(readFileSync(join(first, file), "utf8"));
      expect(readFileSync(join(folder, "environment.yaml"), "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(
        3,
      );
    }
  });

  it("runs on every cloud", () => {
    const used = new Set(deployments.map(({ settings }) => settings.provider));
    expect([...used].sort()).toEqual([...providerNames].sort());
  });

  it.each(deployments.map((each) => [each.id, each] as const))("keeps the addresses of %s", async (id, deployment) => {
    const golden = join(__dirname, "../fixtures/addresses", `${id.replace("/", "-")}.txt`);
    await expect(addressesOf(deployment, stacks[deployment.stack])).toMatchFileSnapshot(golden);
  });

  it("joins another deployment by reference", () => {
    const workers = deployments.find(({ id }) => id === "production/workers");
    expect(workers?.references.map((each: Reference) => each.toString())).toEqual(["compute.network", "compute.ssh"]);
  });
});

/** The line of the same file in the other environment. */
function sameLine(environment: string, file: string, index: number): string | undefined {
  const other = join(inventory, environment === "staging" ? "production" : "staging", file);
  return existsSync(other) ? readFileSync(other, "utf8").trimEnd().split("\n")[index] : undefined;
}

describe.each(providerNames.filter((provider) => provider !== "heroku"))("the stack compute on %s", (provider) => {
  it("keeps the addresses of its example", async () => {
    const folder = join(repository, "packages/stacks/compute/examples");
    const { config } = (await import(pathToFileURL(join(folder, "web.ts")).href)) as { config: object };
    const golden = join(folder, `web.${provider}.txt`);
    await expect(addressesOf(testDeployment(provider, JSON.stringify(config)))).toMatchFileSnapshot(golden);
  });
});
