import { Storage, type StorageProps } from "@infra/cloud-storage";
import { defineStack, synthesize, type Synthesis } from "@infra/core";
import type { ProviderName, Settings } from "@infra/inventory";
import { synthesizeIn, testDeployment } from "@infra/core/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const clouds = ["aws", "gcp", "azure", "oracle", "hetzner", "digitalocean"] as const satisfies ProviderName[];

const files = (bucket: StorageProps["buckets"][string] = {}): StorageProps => ({ buckets: { files: bucket } });

function synthesized(provider: ProviderName, props: StorageProps, settings: Partial<Settings> = {}): Synthesis {
  const deployment = testDeployment(provider);
  const definition = defineStack({
    config: z.strictObject({}),
    build: (stack) => ({ buckets: new Storage(stack, "storage", props).buckets }),
  });
  return synthesize({ ...deployment, settings: { ...deployment.settings, ...settings } }, definition);
}

/** The attributes of the only resource of a type. */
function only(synthesis: Synthesis, type: string): Record<string, unknown> {
  const all = Object.values(synthesis.configuration.resource?.[type] ?? {});
  expect(all).toHaveLength(1);
  return all[0] as Record<string, unknown>;
}

/** The resource that holds the objects of a bucket. */
const holders = {
  aws: "aws_s3_bucket",
  gcp: "google_storage_bucket",
  azure: "azurerm_storage_account",
  oracle: "oci_objectstorage_bucket",
  hetzner: "aws_s3_bucket",
  digitalocean: "digitalocean_spaces_bucket",
} as const;

describe("more lifecycle rules than a cloud takes", () => {
  const rules = (count: number) =>
    files({
      lifecycle: Object.fromEntries(
        Array.from({ length: count }, (_, number) => [
          `r${String(number)}`,
          { prefix: `p${String(number)}/`, expireAfterDays: 9 },
        ]),
      ),
    });

  it.each(["gcp", "azure", "digitalocean"] as const)("are refused on %s", (provider) => {
    expect(() => synthesized(provider, rules(100))).not.toThrow();
    expect(() => synthesized(provider, rules(120))).toThrow(
      /buckets\.files\.lifecycle: \w+ takes at most 100 lifecycle rules of a bucket, not 120/,
    );
  });
});

describe.each(clouds)("a bucket on %s", (provider) => {
  it("cannot be deleted from a protected deployment, and can from another", () => {
    const isProtected = (deletionProtection: boolean) =>
      only(synthesized(provider, files(), { deletionProtection }), holders[provider])["lifecycle"];
    expect(isProtected(true)).toEqual({ prevent_destroy: true });
    expect(isProtected(false)).toBeUndefined();
  });

  it("puts out name, endpoint, region and where its credentials are", () => {
    const output = synthesized(provider, files()).configuration.output?.["buckets"] as {
      value: { files: Record<string, string> };
    };
    const { name, endpoint, region, credentials } = output.value.files;
    expect(name).toMatch(/^acme-production-test-files-[0-9a-f]{8}$/);
    expect(endpoint).toMatch(provider === "azure" ? /primary_blob_endpoint/ : /^https:\/\//);
    expect(region).toBe(testDeployment(provider).settings.region);
    expect(credentials).toBe("secret://acme/production/test/files");
  });

  it("names the credentials that the inventory names", () => {
    const credentials = "secret://shared/files";
    const { output } = synthesized(provider, files({ credentials })).configuration;
    expect(output?.["buckets"]).toMatchObject({ value: { files: { credentials } } });
  });
});

describe.each(["aws", "gcp", "hetzner", "digitalocean"] as const)(
  "a bucket on %s that may go with its objects",
  (provider) => {
    it("goes with them only from a deployment that is not protected", () => {
      const forced = (deletionProtection: boolean) =>
        only(synthesized(provider, files({ forceDestroy: true }), { deletionProtection }), holders[provider]);
      expect(forced(true)["force_destroy"]).toBe(false);
      expect(forced(false)["force_destroy"]).toBe(true);
    });
  },
);

describe("a bucket with a retention lock", () => {
  it.each([
    ["aws", true],
    ["gcp", false],
    ["azure", true],
    ["oracle", false],
    ["hetzner", true],
  ] as const)("on %s keeps old versions where the cloud can do both: %s", (provider, versioned) => {
    const { configuration } = synthesized(provider, files({ retentionLock: { days: 30 } }));
    const text = JSON.stringify(configuration.resource);
    expect(/"versioning(?:_enabled)?":(?:true|"Enabled"|\{"enabled":true\})|"status":"Enabled"/.test(text)).toBe(
      versioned,
    );
  });
});

describe("the closed door", () => {
  it("is S3's block of public access on aws, and TLS alone is answered", () => {
    const synthesis = synthesized("aws", files());
    expect(only(synthesis, "aws_s3_bucket_public_access_block")).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    expect(only(synthesis, "aws_s3_bucket_policy")["policy"]).toContain("aws:SecureTransport");
  });

  it("is the prevention of public access on gcp", () => {
    expect(only(synthesized("gcp", files()), "google_storage_bucket")).toMatchObject({
      public_access_prevention: "enforced",
      uniform_bucket_level_access: true,
    });
  });

  it("is an account on azure that nests nothing public, takes no shared keys, and wants TLS 1.2", () => {
    expect(only(synthesized("azure", files()), "azurerm_storage_account")).toMatchObject({
      allow_nested_items_to_be_public: false,
      https_traffic_only_enabled: true,
      min_tls_version: "TLS1_2",
      shared_access_key_enabled: false,
    });
  });

  it("is the kind of access on oracle", () => {
    expect(only(synthesized("oracle", files()), "oci_objectstorage_bucket")["access_type"]).toBe("NoPublicAccess");
  });

  it("is a private access list on digitalocean", () => {
    expect(only(synthesized("digitalocean", files()), "digitalocean_spaces_bucket")["acl"]).toBe("private");
  });
});

describe("a region without object storage", () => {
  it.each([
    ["hetzner", "ash"],
    ["digitalocean", "nyc1"],
  ] as const)("of %s is refused: %s", (provider, region) => {
    expect(() => synthesized(provider, files(), { region })).toThrow(
      `region: ${provider} has no object storage in ${region}. Choose another region for this deployment`,
    );
  });
});

describe("a name that the cloud keeps for itself", () => {
  it.each([
    ["gcp", "google-maps"],
    ["aws", "sthree-x"],
  ] as const)("is refused on %s: %s", (provider, product) => {
    expect(() => synthesized(provider, files(), { product })).toThrow(
      new RegExp(`buckets\\.files: ${provider} keeps names such as "${product}-`),
    );
  });
});

describe("more than five rules for pages of other origins", () => {
  it("are refused on azure", () => {
    const rule = { origins: ["https://acme.example"], methods: ["GET" as const] };
    const cors = Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((name) => [name, rule]));
    expect(() => synthesized("azure", files({ cors }))).toThrow(
      "azure: 6 rules for pages of other origins are more than 5",
    );
  });
});

describe("a bucket of Hetzner", () => {
  const { configuration } = synthesizeIn("hetzner", (stack) => ({
    buckets: new Storage(stack, "storage", files({ lifecycle: { old: { expireAfterDays: 30 } } })).buckets,
  }));

  it("is made by the aws provider against the S3 interface of its location", () => {
    expect(configuration.provider?.["aws"]).toEqual([
      {
        alias: "object_storage",
        endpoints: [{ s3: "https://fsn1.your-objectstorage.com" }],
        region: "fsn1",
        s3_use_path_style: true,
        skip_credentials_validation: true,
        skip_metadata_api_check: "true",
        skip_region_validation: true,
        skip_requesting_account_id: true,
      },
    ]);
    for (const type of Object.values(configuration.resource ?? {}))
      for (const resource of Object.values(type)) expect(resource).toMatchObject({ provider: "aws.object_storage" });
  });

  it("is made by versions of the aws provider that ask Hetzner alone", () => {
    expect(configuration.terraform?.required_providers?.["aws"]).toEqual({
      source: "registry.opentofu.org/hashicorp/aws",
      version: ">= 6.0.0, < 6.23.0",
    });
  });

  it("carries no tags, which Hetzner does not know", () => {
    expect(Object.values(configuration.resource?.["aws_s3_bucket"] ?? {})[0]).not.toHaveProperty("tags");
  });
});

describe("replication", () => {
  it("names the account and the container of another bucket on azure", () => {
    const account = "/subscriptions/1/resourceGroups/dr/providers/Microsoft.Storage/storageAccounts/backup";
    const to = `${account}/blobServices/default/containers/files`;
    const policy = only(synthesized("azure", files({ replication: { to } })), "azurerm_storage_object_replication");
    expect(policy["destination_storage_account_id"]).toContain("element(split(");
    expect(policy["destination_storage_account_id"]).toContain(account);
  });

  it("goes to the deployment's region on oracle where the inventory names none", () => {
    const policy = only(
      synthesized("oracle", files({ replication: { to: "b" } })),
      "oci_objectstorage_replication_policy",
    );
    expect(policy).toMatchObject({ destination_bucket_name: "b", destination_region_name: "eu-frankfurt-1" });
  });
});
