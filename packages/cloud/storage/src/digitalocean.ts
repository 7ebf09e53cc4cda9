import { SpacesBucket, type SpacesBucketLifecycleRule } from "@cdktf/provider-digitalocean/lib/spaces-bucket";
import { SpacesBucketCorsConfiguration } from "@cdktf/provider-digitalocean/lib/spaces-bucket-cors-configuration";
import { SpacesBucketPolicy } from "@cdktf/provider-digitalocean/lib/spaces-bucket-policy";
import { type AdapterOf, type Construct, type Gap, unsupported } from "@infra/core";
import type { BucketConfig, LifecycleRule } from "./bucket.js";
import { type BucketPlan, buildBuckets, type BuiltBucket } from "./buckets.js";
import type { StorageContract } from "./contract.js";

const noLock: Gap = unsupported(
  "Spaces cannot lock objects for a time",
  "Remove `retentionLock`; old versions stay until a lifecycle rule lets them expire",
);
const noReplication: Gap = unsupported(
  "Spaces makes no copies in another bucket",
  "Remove `replication`, and let a job copy new objects",
);

/**
 * Spaces, which DigitalOcean encrypts. What it lacks is to be checked against
 * https://docs.digitalocean.com/products/spaces/reference/s3-compatibility.
 */
export const digitalocean: AdapterOf<StorageContract> = {
  lacks: {
    transitions: unsupported(
      "a bucket of Spaces has one class for all objects",
      "Remove `coolAfterDays` and `archiveAfterDays`",
    ),
    customerKey: unsupported(
      "DigitalOcean keeps no keys of its customers",
      'Write `encryption: "cloud"`, and let clients encrypt as well: with SSE-C, or before they send',
    ),
    replication: noReplication,
    replicationRegion: noReplication,
    retentionLock: noLock,
    complianceLock: noLock,
    lockedVersions: noLock,
    lockWithoutVersions: noLock,
  },
  build: (scope, config) => buildBuckets(scope, config, { lockKeepsVersions: false }, buildBucket),
};

function buildBucket(
  entry: Construct,
  { config, name, region, versioned, protection, forceDestroy }: BucketPlan,
): BuiltBucket {
  const lifecycleRule = Object.entries(config.lifecycle).map(([id, rule]) => ({ id, enabled: true, ...ruleOf(rule) }));
  const bucket = new SpacesBucket(entry, "Default", {
    ...protection,
    name,
    region,
    acl: "private",
    forceDestroy,
    versioning: { enabled: versioned },
    ...(lifecycleRule.length > 0 ? { lifecycleRule } : {}),
  });
  if (config.publicAccess === "read") openBucket(bucket, name, region);
  buildCors(bucket, region, config);
  return { id: bucket.name, endpoint: `https://${region}.digitaloceanspaces.com` };
}

/** A policy and not an access list: that one would let everybody list objects. */
function openBucket(bucket: SpacesBucket, name: string, region: string): void {
  const read = { Sid: "PublicRead", Effect: "Allow", Principal: "*", Action: "s3:GetObject" };
  new SpacesBucketPolicy(bucket, "policy", {
    bucket: bucket.name,
    region,
    policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ ...read, Resource: `arn:aws:s3:::${name}/*` }] }),
  });
}

function buildCors(bucket: SpacesBucket, region: string, { cors }: BucketConfig): void {
  const rules = Object.entries(cors);
  if (rules.length === 0) return;
  new SpacesBucketCorsConfiguration(bucket, "cors", {
    bucket: bucket.name,
    region,
    corsRule: rules.map(([id, { origins, methods, headers, maxAgeSeconds }]) => ({
      id,
      allowedOrigins: origins,
      allowedMethods: methods,
      allowedHeaders: headers,
      exposeHeaders: headers.filter((header) => !header.includes("*")),
      maxAgeSeconds,
    })),
  });
}

function ruleOf(rule: LifecycleRule): Partial<SpacesBucketLifecycleRule> {
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
