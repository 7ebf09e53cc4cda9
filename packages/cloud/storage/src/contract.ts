import type { CloudContract, IStorage } from "@infra/core";
import { mapOf } from "@infra/inventory";
import { z } from "zod";
import { type BucketConfig, bucketConfig, type LifecycleRule } from "./bucket.js";

/** What a user may say of storage. */
export const storageConfig = z.strictObject({
  buckets: mapOf(bucketConfig).describe("buckets by name; clients say the longer name that is put out"),
});

/** Input of a Storage. */
export type StorageProps = z.input<typeof storageConfig>;

/** Storage's configuration, checked and with its defaults. */
export type StorageConfig = z.output<typeof storageConfig>;

type Feature =
  | "abortUploads"
  | "abortUploadsByPrefix"
  | "cloudEncryption"
  | "complianceLock"
  | "cors"
  | "customerKey"
  | "forceDestroy"
  | "lifecycle"
  | "lockedVersions"
  | "lockWithoutVersions"
  | "publicRead"
  | "replication"
  | "replicationRegion"
  | "retentionLock"
  | "transitions"
  | "versioning";

/** The contract's type, for its adapters. */
export type StorageContract = CloudContract<typeof storageConfig, undefined, IStorage, Feature>;

/** What storage is, on every cloud. */
export const storageContract: StorageContract = {
  name: "storage",
  adapters: "per cloud",
  config: storageConfig,
  features: {
    versioning: {
      description: "old versions of objects are kept",
      usedAt: bucketsWith(["versioning"], ({ versioning }) => versioning ?? true),
    },
    lifecycle: {
      description: "objects and their old versions expire",
      usedAt: rulesWith(["expireAfterDays", "noncurrentExpireAfterDays"]),
    },
    transitions: {
      description: "objects move to a colder class",
      usedAt: rulesWith(["coolAfterDays", "archiveAfterDays"]),
    },
    abortUploads: { description: "unfinished uploads are dropped", usedAt: rulesWith(["abortUploadsAfterDays"]) },
    abortUploadsByPrefix: {
      description: "unfinished uploads of names with a prefix are dropped",
      usedAt: rulesWith(["abortUploadsAfterDays"], ({ prefix }) => prefix !== undefined),
    },
    cloudEncryption: {
      description: "encryption with a key of the cloud",
      usedAt: bucketsWith(["encryption"], ({ encryption }) => encryption === "cloud"),
    },
    customerKey: {
      description: "encryption with a key of the customer",
      usedAt: bucketsWith(["encryption"], ({ encryption }) => typeof encryption === "object"),
    },
    publicRead: {
      description: "a bucket that everybody may read",
      usedAt: bucketsWith(["publicAccess"], ({ publicAccess }) => publicAccess === "read"),
    },
    cors: {
      description: "rules for pages of other origins",
      usedAt: bucketsWith(["cors"], ({ cors }) => Object.keys(cors).length > 0),
    },
    replication: {
      description: "copies of new objects in another bucket",
      usedAt: bucketsWith(["replication"], ({ replication }) => replication !== undefined),
    },
    replicationRegion: {
      description: "copies in a region that the inventory names",
      usedAt: bucketsWith(["replication", "region"], ({ replication }) => replication?.region !== undefined),
    },
    retentionLock: {
      description: "objects that cannot be deleted for a time",
      usedAt: bucketsWith(["retentionLock"], ({ retentionLock }) => retentionLock !== undefined),
    },
    complianceLock: {
      description: "a retention lock that nobody can lift",
      usedAt: bucketsWith(["retentionLock", "mode"], ({ retentionLock }) => retentionLock?.mode === "compliance"),
    },
    lockedVersions: {
      description: "a retention lock on a bucket that keeps old versions",
      usedAt: bucketsWith(["retentionLock"], (bucket) => bucket.retentionLock !== undefined && asksForVersions(bucket)),
    },
    lockWithoutVersions: {
      description: "a retention lock on a bucket that keeps no old versions",
      usedAt: bucketsWith(["versioning"], ({ retentionLock, versioning }) => !!retentionLock && versioning === false),
    },
    forceDestroy: {
      description: "a bucket that is deleted though it holds objects",
      usedAt: bucketsWith(["forceDestroy"], ({ forceDestroy }) => forceDestroy),
    },
  },
};

function bucketsWith(path: readonly string[], uses: (bucket: BucketConfig) => boolean) {
  return ({ buckets }: StorageConfig) =>
    Object.entries(buckets).flatMap(([name, bucket]) => (uses(bucket) ? [["buckets", name, ...path]] : []));
}

function rulesWith(keys: readonly (keyof LifecycleRule)[], also: (rule: LifecycleRule) => boolean = () => true) {
  return ({ buckets }: StorageConfig) =>
    Object.entries(buckets).flatMap(([name, { lifecycle }]) =>
      Object.entries(lifecycle).flatMap(([rule, each]) =>
        keys
          .filter((key) => each[key] !== undefined && also(each))
          .map((key) => ["buckets", name, "lifecycle", rule, key]),
      ),
    );
}

/** Does the configuration say that there are old versions, rather than leave it to the cloud? */
function asksForVersions({ versioning, lifecycle }: BucketConfig): boolean {
  const expire = Object.values(lifecycle).some((rule) => rule.noncurrentExpireAfterDays !== undefined);
  return versioning === true || expire;
}
