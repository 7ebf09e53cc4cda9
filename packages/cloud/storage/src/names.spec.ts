import { defineStack, DeploymentStack, synthesize } from "@infra/core";
import type { ProviderName } from "@infra/inventory";
import { testDeployment } from "@infra/core/testing";
import { Storage } from "@infra/cloud-storage";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { accountName, bucketName } from "./names.js";

/** Names of the inventory, short ones and long ones. */
const word = fc
  .stringMatching(/^[a-z](?:-?[a-z0-9]){0,19}$/)
  .filter((name) => !/g(?:oo|00)g|^(?:sthree|amzn)/.test(name));

/** The four words that a bucket is named by. */
const words = fc.tuple(word, word, word, word);

type Words = readonly [product: string, environment: string, deployment: string, bucket: string];

function stackOf([product, environment, name]: Words): DeploymentStack {
  return new DeploymentStack({ environment, name, settings: { ...testDeployment("aws").settings, product } });
}

const legal = /^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$/;

describe("the name of a bucket", () => {
  it("has 3 to 63 lower-case letters, digits and dashes, whatever the inventory says", () => {
    fc.assert(
      fc.property(words, (each) => {
        const name = bucketName(stackOf(each), each[3]);
        expect(name).toMatch(legal);
        expect(name).not.toMatch(/--/);
      }),
    );
  });

  it("is the same whenever it is asked for", () => {
    fc.assert(
      fc.property(words, (each) => {
        expect(bucketName(stackOf(each), each[3])).toBe(bucketName(stackOf(each), each[3]));
      }),
    );
  });

  it("differs from the name of every other bucket", () => {
    fc.assert(
      fc.property(fc.uniqueArray(words, { selector: (each) => each.join("/"), minLength: 2, maxLength: 20 }), (all) => {
        expect(new Set(all.map((each) => bucketName(stackOf(each), each[3]))).size).toBe(all.length);
      }),
    );
  });

  it("tells apart words that read the same when they are joined", () => {
    const [one, other] = [
      ["acme-eu", "production", "storage", "files"],
      ["acme", "eu-production", "storage", "files"],
    ] as const;
    expect(bucketName(stackOf(one), "files")).not.toBe(bucketName(stackOf(other), "files"));
  });

  it("begins with what the inventory calls it", () => {
    expect(bucketName(stackOf(["acme", "production", "storage", "files"]), "files")).toMatch(
      /^acme-production-storage-files-[0-9a-f]{8}$/,
    );
  });
});

describe("the name of a storage account", () => {
  it("has 3 to 24 lower-case letters and digits, and is unique", () => {
    fc.assert(
      fc.property(fc.uniqueArray(words, { selector: (each) => each.join("/"), minLength: 2, maxLength: 20 }), (all) => {
        const names = all.map((each) => accountName(stackOf(each), each[3]));
        for (const name of names) expect(name).toMatch(/^[a-z0-9]{3,24}$/);
        expect(new Set(names).size).toBe(all.length);
      }),
    );
  });
});

const definition = (buckets: readonly string[]) =>
  defineStack({
    config: z.strictObject({}),
    build: (stack) => ({
      buckets: new Storage(stack, "storage", { buckets: Object.fromEntries(buckets.map((key) => [key, {}])) }).buckets,
    }),
  });

/** The attribute that names what holds objects, and the rule of the cloud for it. */
const kinds: readonly (readonly [ProviderName, type: string, attribute: string, rule: RegExp])[] = [
  ["aws", "aws_s3_bucket", "bucket", legal],
  ["gcp", "google_storage_bucket", "name", legal],
  ["azure", "azurerm_storage_account", "name", /^[a-z0-9]{3,24}$/],
  ["azure", "azurerm_storage_container", "name", legal],
  ["oracle", "oci_objectstorage_bucket", "name", legal],
  ["hetzner", "aws_s3_bucket", "bucket", legal],
  ["digitalocean", "digitalocean_spaces_bucket", "name", legal],
];

describe.each(kinds)("on %s, the names of %s", (provider, type, attribute, rule) => {
  it("are legal, unique and the same at every synth", () => {
    const several = fc.uniqueArray(word, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(word, word, several, (product, name, buckets) => {
        const deployment = testDeployment(provider);
        const named = { ...deployment, name, settings: { ...deployment.settings, product } };
        const namesOf = () =>
          Object.values(synthesize(named, definition(buckets)).configuration.resource?.[type] ?? {}).map((resource) =>
            String((resource as Record<string, unknown>)[attribute]),
          );
        const names = namesOf();
        for (const each of names) expect(each).toMatch(rule);
        expect(new Set(names).size).toBe(buckets.length);
        expect(namesOf()).toEqual(names);
      }),
      { numRuns: 10 },
    );
  });
});
