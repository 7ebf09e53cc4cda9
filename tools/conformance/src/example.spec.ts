import { type Deployment, loadInventory, type ProviderName, type Reference, synthesize } from "@infra/core";
import { testDeployment } from "@infra/core/testing";
import compute from "@infra/stack-compute";
import fc from "fast-check";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { exampleKey } from "./modules/index.js";

const repository = join(__dirname, "../../..");
const inventory = join(repository, "inventory-example");
const providers: readonly ProviderName[] = ["aws", "hetzner"];

function addressesOf(deployment: Deployment): string {
  const { resource = {}, data = {} } = synthesize(deployment, compute, repository).configuration;
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

  it.each(deployments.map((each) => [each.id, each] as const))("keeps the addresses of %s", async (id, deployment) => {
    const golden = join(__dirname, "../fixtures/addresses", `${id.replace("/", "-")}.txt`);
    await expect(addressesOf(deployment)).toMatchFileSnapshot(golden);
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

describe.each(providers)("the stack compute on %s", (provider) => {
  it("keeps the addresses of its example", async () => {
    const folder = join(repository, "packages/stacks/compute/examples");
    const { config } = (await import(pathToFileURL(join(folder, "web.ts")).href)) as { config: object };
    const golden = join(folder, `web.${provider}.txt`);
    await expect(addressesOf(testDeployment(provider, JSON.stringify(config)))).toMatchFileSnapshot(golden);
  });

  it("gives unique, legal and stable names for any groups", () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/);
    const group = fc.record({ count: fc.integer({ min: 1, max: 4 }) });
    const groups = fc.dictionary(word, group, { minKeys: 1, maxKeys: 5 });
    const property = fc.property(groups, (each) => {
      const config = { network: { cidr: "10.0.0.0/16" }, ssh: { keys: { alice: exampleKey } }, groups: each };
      const synthesized = () => synthesize(testDeployment(provider, JSON.stringify(config)), compute, repository);
      const { configuration } = synthesized();
      expect(JSON.stringify(synthesized().configuration)).toBe(JSON.stringify(configuration));
      for (const blocks of Object.values(configuration.resource ?? {})) {
        const names = Object.values(blocks).flatMap((block) => nameOf(block as Record<string, unknown>));
        expect(new Set(names).size).toBe(names.length);
        for (const name of names) expect(name).toMatch(/^[a-z](?:[a-z0-9-]{0,253}[a-z0-9])?$/);
      }
    });
    fc.assert(property, { numRuns: 25 });
  });
});

/** The name of a resource; at AWS most kinds have it as a tag. */
function nameOf({ name, tags }: Record<string, unknown>): string[] {
  const shown = name ?? (tags as Record<string, unknown> | undefined)?.["Name"];
  return typeof shown === "string" ? [shown] : [];
}
