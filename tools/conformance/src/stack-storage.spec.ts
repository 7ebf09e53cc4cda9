import { synthesize } from "@infra/core";
import { addressesOf, testDeployment } from "@infra/core/testing";
import storage from "@infra/stack-storage";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";

const repository = join(__dirname, "../../..");
const folder = join(repository, "packages/stacks/storage/examples");

async function exampleOf(provider: Parameters<typeof testDeployment>[0]) {
  const { config } = (await import(pathToFileURL(join(folder, "files.ts")).href)) as { config: object };
  return synthesize(testDeployment(provider, JSON.stringify(config)), storage, repository);
}

describe.each(["aws", "gcp", "azure", "oracle", "hetzner", "digitalocean"] as const)(
  "the stack storage on %s",
  async (provider) => {
    const synthesis = await exampleOf(provider);

    it("keeps the addresses of its example", async () => {
      await expect(`${addressesOf(synthesis).join("\n")}\n`).toMatchFileSnapshot(join(folder, `files.${provider}.txt`));
    });

    it("puts its buckets out by name", () => {
      const output = synthesis.configuration.output?.["buckets"] as { value: Record<string, object> };
      expect(Object.keys(output.value)).toEqual(["uploads", "backups"]);
      for (const bucket of Object.values(output.value))
        expect(Object.keys(bucket).sort()).toEqual(["credentials", "endpoint", "id", "name", "region"]);
    });
  },
);

describe("the stack storage on heroku", () => {
  it("is refused, with what to do instead", async () => {
    await expect(exampleOf("heroku")).rejects.toThrow("heroku has no storage: Heroku has no object storage of its own");
  });
});
