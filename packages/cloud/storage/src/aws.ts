import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import {
  S3BucketLifecycleConfiguration,
  type S3BucketLifecycleConfigurationRule,
} from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketReplicationConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-replication-configuration";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import type { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import { type AdapterOf, type Construct, objectId, problemAt, resourceName, unsupported } from "@infra/core";
import type { LifecycleRule } from "./bucket.js";
import { type BucketPlan, buildBuckets, type BuiltBucket } from "./buckets.js";
import { blockPublicAccess, buildCors, buildLock, buildPolicy, buildVersioning, policyOf, publicRead } from "./s3.js";
import type { StorageContract } from "./contract.js";

/** To be checked against https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html. */
const rules = { lockKeepsVersions: true, reserved: /^(?:sthree-|amzn-s3-demo-)/ };

/** S3: each bucket blocks public access, owns its objects, encrypts them, and answers to TLS alone. */
export const aws: AdapterOf<StorageContract> = {
  lacks: {
    replicationRegion: unsupported("S3 finds the region of the other bucket itself", "Remove `region`"),
    lockWithoutVersions: unsupported(
      "a bucket of S3 with a retention lock keeps old versions",
      "Remove `versioning: false`",
    ),
  },
  build: (scope, config) => buildBuckets(scope, config, rules, buildBucket),
};

function buildBucket(entry: Construct, plan: BucketPlan): BuiltBucket {
  const { config, name, region, versioned, protection, forceDestroy } = plan;
  const bucket = new S3Bucket(entry, "Default", {
    ...protection,
    bucket: name,
    forceDestroy,
    objectLockEnabled: config.retentionLock !== undefined,
    tags: { Name: name },
  });
  const block = blockPublicAccess(bucket, config);
  new S3BucketOwnershipControls(bucket, "ownership_controls", {
    bucket: bucket.id,
    rule: { objectOwnership: "BucketOwnerEnforced" },
  });
  buildEncryption(bucket, plan);
  const versioning = buildVersioning(bucket, versioned);
  buildPolicy(bucket, [tlsOnly(bucket), ...publicRead(config, bucket.arn)], block);
  buildCors(bucket, config);
  buildLock(versioning, bucket, config);
  buildLifecycle(bucket, plan, versioning);
  replicate(entry, bucket, plan, versioning);
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return { id: bucket.arn, endpoint: `https://s3.${region}.${domain}` };
}

function tlsOnly({ arn }: S3Bucket) {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [arn, `${arn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

function buildEncryption(bucket: S3Bucket, { config: { encryption } }: BucketPlan): void {
  const byDefault =
    typeof encryption === "object"
      ? { sseAlgorithm: "aws:kms", kmsMasterKeyId: objectId(bucket, ["encryption", "key"], "key", encryption.key) }
      : { sseAlgorithm: "AES256" };
  new S3BucketServerSideEncryptionConfigurationA(bucket, "encryption", {
    bucket: bucket.id,
    rule: [{ applyServerSideEncryptionByDefault: byDefault, bucketKeyEnabled: typeof encryption === "object" }],
  });
}

function buildLifecycle(bucket: S3Bucket, { config }: BucketPlan, versioning: S3BucketVersioningA): void {
  const rules = Object.entries(config.lifecycle);
  if (rules.length === 0) return;
  new S3BucketLifecycleConfiguration(bucket, "lifecycle", {
    bucket: bucket.id,
    rule: rules.map(([id, rule]) => ({ id, status: "Enabled", ...ruleOf(rule) })),
    dependsOn: [versioning],
  });
}

function ruleOf(rule: LifecycleRule): Partial<S3BucketLifecycleConfigurationRule> {
  const { prefix = "", expireAfterDays, noncurrentExpireAfterDays, abortUploadsAfterDays } = rule;
  const transition = [
    ...(rule.coolAfterDays === undefined ? [] : [{ days: rule.coolAfterDays, storageClass: "STANDARD_IA" }]),
    ...(rule.archiveAfterDays === undefined ? [] : [{ days: rule.archiveAfterDays, storageClass: "GLACIER" }]),
  ];
  return {
    filter: [{ prefix }],
    ...(transition.length > 0 ? { transition } : {}),
    ...(expireAfterDays === undefined ? {} : { expiration: [{ days: expireAfterDays }] }),
    ...(noncurrentExpireAfterDays === undefined
      ? {}
      : { noncurrentVersionExpiration: [{ noncurrentDays: noncurrentExpireAfterDays }] }),
    ...(abortUploadsAfterDays === undefined
      ? {}
      : { abortIncompleteMultipartUpload: [{ daysAfterInitiation: abortUploadsAfterDays }] }),
  };
}

/** Copies are made by a role that may read this bucket and write to the other. */
function replicate(entry: Construct, bucket: S3Bucket, { key, config }: BucketPlan, versioning: S3BucketVersioningA) {
  const { replication, encryption } = config;
  if (!replication) return;
  if (typeof encryption === "object")
    throw problemAt(
      entry,
      ["replication"],
      "aws: objects under a key of the customer are not replicated",
      'Write `encryption: "cloud"`, or remove `replication`',
    );
  const target = objectId(entry, ["replication", "to"], "bucket", replication.to);
  const role = new IamRole(bucket, "replication_role", {
    name: resourceName(entry, [key, "replication"], { maxLength: 64 }),
    assumeRolePolicy: policyOf([
      { Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]),
  });
  const policy = new IamRolePolicy(role, "Default", { role: role.id, policy: policyOf(mayReplicate(bucket, target)) });
  new S3BucketReplicationConfigurationA(bucket, "replication", {
    bucket: bucket.id,
    role: role.arn,
    rule: [
      {
        id: "all",
        status: "Enabled",
        filter: { prefix: "" },
        deleteMarkerReplication: { status: "Enabled" },
        destination: { bucket: target },
      },
    ],
    dependsOn: [versioning, policy],
  });
}

function mayReplicate({ arn }: S3Bucket, target: string) {
  const allow = (actions: readonly string[], resource: string) => ({
    Effect: "Allow",
    Action: actions.map((action) => `s3:${action}`),
    Resource: resource,
  });
  return [
    allow(["GetReplicationConfiguration", "ListBucket"], arn),
    allow(["GetObjectVersionForReplication", "GetObjectVersionAcl", "GetObjectVersionTagging"], `${arn}/*`),
    allow(["GetObjectRetention", "GetObjectLegalHold"], `${arn}/*`),
    allow(["ReplicateObject", "ReplicateDelete", "ReplicateTags"], `${target}/*`),
  ];
}
