import { S3Bucket, type S3BucketLifecycleRule } from "@cdktf/provider-aws/lib/s3-bucket";
import { type AdapterOf, type Construct, DeploymentStack, unsupported } from "@infra/core";
import { hetznerObjectStorage } from "@infra/inventory";
import type { LifecycleRule } from "./bucket.js";
import { type BucketPlan, buildBuckets, type BuiltBucket } from "./buckets.js";
import { blockPublicAccess, buildCors, buildLock, buildPolicy, buildVersioning, publicRead } from "./s3.js";
import type { StorageContract } from "./contract.js";

/**
 * Object Storage of Hetzner, which speaks S3: the aws provider makes the buckets. What it lacks is to be checked against
 * https://docs.hetzner.com/storage/object-storage/supported-actions.
 */
export const hetzner: AdapterOf<StorageContract> = {
  lacks: {
    transitions: unsupported(
      "Object Storage of Hetzner has one class for all objects",
      "Remove `coolAfterDays` and `archiveAfterDays`",
    ),
    cloudEncryption: unsupported(
      "Object Storage of Hetzner encrypts only with keys that clients send along",
      "Remove `encryption`, and let clients encrypt: with SSE-C, or before they send",
    ),
    customerKey: unsupported(
      "Hetzner keeps no keys of its customers",
      "Remove `encryption`, and let clients encrypt: with SSE-C, or before they send",
    ),
    replication: unsupported(
      "Object Storage of Hetzner makes no copies in another bucket",
      "Remove `replication`, and let a job copy new objects",
    ),
    replicationRegion: unsupported(
      "Object Storage of Hetzner makes no copies in another bucket",
      "Remove `replication`, and let a job copy new objects",
    ),
    lockWithoutVersions: unsupported(
      "a bucket of Hetzner with a retention lock keeps old versions",
      "Remove `versioning: false`",
    ),
  },
  build: (scope, config) => buildBuckets(scope, config, { lockKeepsVersions: true }, buildBucket),
};

function buildBucket(
  entry: Construct,
  { config, name, region, versioned, protection, forceDestroy }: BucketPlan,
): BuiltBucket {
  const meta = { provider: DeploymentStack.of(entry).useCompanion("objectStorage") };
  const bucket = new S3Bucket(entry, "Default", {
    ...meta,
    ...protection,
    bucket: name,
    forceDestroy,
    objectLockEnabled: config.retentionLock !== undefined,
    // Not as a resource of its own: that one waits for an answer that only AWS gives,
    // https://github.com/hashicorp/terraform-provider-aws/issues/46021
    lifecycleRule: Object.entries(config.lifecycle).map(([id, rule]) => ({ id, enabled: true, ...ruleOf(rule) })),
  });
  const block = blockPublicAccess(bucket, config, meta);
  const versioning = buildVersioning(bucket, versioned, meta);
  buildPolicy(bucket, publicRead(config, `arn:aws:s3:::${name}`), block, meta);
  buildCors(bucket, config, meta);
  buildLock(versioning, bucket, config, meta);
  return { id: bucket.id, endpoint: hetznerObjectStorage(region) };
}

function ruleOf(rule: LifecycleRule): Partial<S3BucketLifecycleRule> {
  const { prefix, expireAfterDays, noncurrentExpireAfterDays, abortUploadsAfterDays } = rule;
  return {
    ...(prefix === undefined ? {} : { prefix }),
    ...(expireAfterDays === undefined ? {} : { expiration: { days: expireAfterDays } }),
    ...(noncurrentExpireAfterDays === undefined
      ? {}
      : { noncurrentVersionExpiration: { days: noncurrentExpireAfterDays } }),
    ...(abortUploadsAfterDays === undefined ? {} : { abortIncompleteMultipartUploadDays: abortUploadsAfterDays }),
  };
}
