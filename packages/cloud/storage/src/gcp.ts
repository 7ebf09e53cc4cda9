import { StorageBucket, type StorageBucketLifecycleRule } from "@cdktf/provider-google/lib/storage-bucket";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import { type AdapterOf, checkLimit, type Construct, objectId, unsupported } from "@infra/core";
import type { BucketConfig, LifecycleRule } from "./bucket.js";
import { type BucketPlan, buildBuckets, type BuiltBucket } from "./buckets.js";
import type { StorageContract } from "./contract.js";

/** To be checked against https://cloud.google.com/storage/docs/buckets#naming. */
const rules = { lockKeepsVersions: false, reserved: /^goog|google|g00gle/ };

const secondsPerDay = 86_400;

/** Cloud Storage: access is decided per bucket, and public access is prevented. */
export const gcp: AdapterOf<StorageContract> = {
  lacks: {
    replication: unsupported(
      "a bucket of gcp is not copied to another one by itself",
      "Remove `replication`, and let a job of the Storage Transfer Service make copies",
    ),
    replicationRegion: unsupported(
      "a bucket of gcp is not copied to another one by itself",
      "Remove `replication`, and let a job of the Storage Transfer Service make copies",
    ),
    lockedVersions: unsupported(
      "a bucket of gcp with a retention lock keeps no old versions",
      "Remove `versioning: true` and `noncurrentExpireAfterDays`: the lock already keeps objects from being replaced",
    ),
  },
  build: (scope, config) => buildBuckets(scope, config, rules, buildBucket),
};

function buildBucket(entry: Construct, plan: BucketPlan): BuiltBucket {
  const { config, name, region, versioned, protection, forceDestroy } = plan;
  const open = config.publicAccess === "read";
  const lifecycleRule = Object.values(config.lifecycle).flatMap(rulesOf);
  checkLimit(entry, ["lifecycle"], "lifecycleRules", lifecycleRule.length);
  const bucket = new StorageBucket(entry, "Default", {
    ...protection,
    name,
    location: region.toUpperCase(),
    storageClass: "STANDARD",
    uniformBucketLevelAccess: true,
    publicAccessPrevention: open ? "inherited" : "enforced",
    forceDestroy,
    versioning: { enabled: versioned },
    ...(lifecycleRule.length > 0 ? { lifecycleRule } : {}),
    ...corsOf(config),
    ...lockOf(config),
    ...encryptionOf(entry, config),
  });
  if (open)
    // Unlike roles/storage.objectViewer it does not list objects.
    new StorageBucketIamMember(bucket, "public", {
      bucket: bucket.name,
      role: "roles/storage.legacyObjectReader",
      member: "allUsers",
    });
  return { id: bucket.name, endpoint: "https://storage.googleapis.com" };
}

/** One rule of the cloud does one thing. */
function rulesOf(rule: LifecycleRule): StorageBucketLifecycleRule[] {
  const names = rule.prefix === undefined ? {} : { matchesPrefix: [rule.prefix] };
  const live = (age: number | undefined, action: StorageBucketLifecycleRule["action"]) =>
    age === undefined ? [] : [{ action, condition: { ...names, age, withState: "LIVE" } }];
  const noncurrent = rule.noncurrentExpireAfterDays;
  const abort = rule.abortUploadsAfterDays;
  return [
    ...live(rule.coolAfterDays, { type: "SetStorageClass", storageClass: "NEARLINE" }),
    ...live(rule.archiveAfterDays, { type: "SetStorageClass", storageClass: "ARCHIVE" }),
    ...live(rule.expireAfterDays, { type: "Delete" }),
    ...(noncurrent === undefined
      ? []
      : [
          {
            action: { type: "Delete" },
            condition: { ...names, daysSinceNoncurrentTime: noncurrent, withState: "ARCHIVED" },
          },
        ]),
    ...(abort === undefined
      ? []
      : [{ action: { type: "AbortIncompleteMultipartUpload" }, condition: { ...names, age: abort } }]),
  ];
}

function corsOf({ cors }: BucketConfig) {
  const rules = Object.values(cors).map(({ origins, methods, headers, maxAgeSeconds }) => ({
    origin: origins,
    method: methods,
    responseHeader: headers,
    maxAgeSeconds,
  }));
  return rules.length > 0 ? { cors: rules } : {};
}

function lockOf({ retentionLock }: BucketConfig) {
  if (!retentionLock) return {};
  const { days, mode } = retentionLock;
  return { retentionPolicy: { retentionPeriod: days * secondsPerDay, isLocked: mode === "compliance" } };
}

function encryptionOf(entry: Construct, { encryption }: BucketConfig) {
  if (typeof encryption !== "object") return {};
  return { encryption: { defaultKmsKeyName: objectId(entry, ["encryption", "key"], "key", encryption.key) } };
}
