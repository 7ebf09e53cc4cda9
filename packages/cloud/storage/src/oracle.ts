import { type AdapterOf, type Construct, DeploymentStack, objectId, resourceName, unsupported } from "@infra/core";
import { DataOciObjectstorageNamespace } from "@infra/provider-oci/lib/data-oci-objectstorage-namespace";
import { IdentityPolicy } from "@infra/provider-oci/lib/identity-policy";
import { ObjectstorageBucket } from "@infra/provider-oci/lib/objectstorage-bucket";
import {
  ObjectstorageObjectLifecyclePolicy,
  type ObjectstorageObjectLifecyclePolicyRules,
} from "@infra/provider-oci/lib/objectstorage-object-lifecycle-policy";
import { ObjectstorageReplicationPolicy } from "@infra/provider-oci/lib/objectstorage-replication-policy";
import type { BucketConfig, LifecycleRule } from "./bucket.js";
import { type BucketPlan, buildBuckets, type BuiltBucket } from "./buckets.js";
import type { StorageContract } from "./contract.js";

/** Object Storage of Oracle: encrypted, and closed to everybody without credentials. */
export const oracle: AdapterOf<StorageContract> = {
  lacks: {
    abortUploadsByPrefix: unsupported(
      "Oracle drops unfinished uploads of a whole bucket, whatever their names",
      "Put `abortUploadsAfterDays` into a rule without `prefix`",
    ),
    cors: unsupported(
      "Oracle answers pages of all origins in one way that cannot be set",
      "Remove `cors`, or put a gateway that sets the headers before the bucket",
    ),
    complianceLock: unsupported(
      "Oracle locks a rule for good at a date of at least 14 days ahead, which an inventory cannot keep",
      "Write `mode: governance`, and lock the rule in Oracle's console",
    ),
    lockedVersions: unsupported(
      "a bucket of Oracle with a retention lock keeps no old versions",
      "Remove `versioning: true` and `noncurrentExpireAfterDays`: the lock already keeps objects from being replaced",
    ),
    forceDestroy: unsupported(
      "Oracle deletes only buckets that are empty",
      "Remove `forceDestroy`, and empty the bucket before it is destroyed",
    ),
  },
  build(scope, config) {
    const { account } = DeploymentStack.of(scope);
    const { namespace } = new DataOciObjectstorageNamespace(scope, "namespace", { compartmentId: account });
    return buildBuckets(scope, config, { lockKeepsVersions: false }, (entry, plan) =>
      buildBucket(entry, plan, namespace),
    );
  },
};

function buildBucket(entry: Construct, plan: BucketPlan, namespace: string): BuiltBucket {
  const { config, name, region, versioned, protection } = plan;
  const stack = DeploymentStack.of(entry);
  const { encryption, publicAccess } = config;
  const bucket = new ObjectstorageBucket(entry, "Default", {
    ...protection,
    compartmentId: stack.account,
    namespace,
    name,
    accessType: publicAccess === "read" ? "ObjectReadWithoutList" : "NoPublicAccess",
    storageTier: "Standard",
    versioning: versioned ? "Enabled" : "Disabled",
    ...(typeof encryption === "object"
      ? { kmsKeyId: objectId(entry, ["encryption", "key"], "key", encryption.key) }
      : {}),
    ...lockOf(config),
  });
  actOnObjects(entry, bucket, plan);
  return { id: name, endpoint: `https://${namespace}.compat.objectstorage.${region}.oraclecloud.com` };
}

function lockOf({ retentionLock }: BucketConfig) {
  if (!retentionLock) return {};
  const duration = { timeAmount: String(retentionLock.days), timeUnit: "DAYS" };
  return { retentionRules: [{ displayName: "lock", duration }] };
}

/** What the cloud does with objects by itself it does as a service, which must be allowed to. */
function actOnObjects(entry: Construct, bucket: ObjectstorageBucket, { key, name, config, region }: BucketPlan): void {
  const rules = Object.entries(config.lifecycle).flatMap(([rule, each]) => rulesOf(rule, each));
  if (rules.length === 0 && !config.replication) return;
  const stack = DeploymentStack.of(entry);
  const permission = new IdentityPolicy(bucket, "permission", {
    compartmentId: stack.account,
    name: resourceName(entry, [key, "objects"], { maxLength: 100 }),
    description: `the object storage of ${region} acts on objects of ${name}`,
    statements: [`Allow service objectstorage-${region} to manage object-family in compartment id ${stack.account}`],
  });
  const target = { namespace: bucket.namespace, bucket: bucket.name, dependsOn: [permission] };
  if (rules.length > 0) new ObjectstorageObjectLifecyclePolicy(bucket, "lifecycle", { ...target, rules });
  if (config.replication)
    new ObjectstorageReplicationPolicy(bucket, "replication", {
      ...target,
      name: "replication",
      destinationBucketName: objectId(bucket, ["replication", "to"], "bucket", config.replication.to),
      destinationRegionName: config.replication.region ?? region,
    });
}

/** Said, though they are empty: rules are a set, and what the cloud fills in would make them other rules. */
const noPatterns = { inclusionPatterns: [], exclusionPatterns: [] };

/** One rule of the cloud does one thing. */
function rulesOf(rule: string, config: LifecycleRule): ObjectstorageObjectLifecyclePolicyRules[] {
  const { prefix, coolAfterDays, archiveAfterDays, expireAfterDays, noncurrentExpireAfterDays } = config;
  const filter = prefix === undefined ? {} : { objectNameFilter: { inclusionPrefixes: [prefix], ...noPatterns } };
  const does = (what: string, days: number | undefined, action: string, target: string, more: object = filter) =>
    days === undefined
      ? []
      : [
          {
            name: `${rule}-${what}`,
            isEnabled: true,
            action,
            target,
            timeAmount: String(days),
            timeUnit: "DAYS",
            ...more,
          },
        ];
  return [
    ...does("cool", coolAfterDays, "INFREQUENT_ACCESS", "objects"),
    ...does("archive", archiveAfterDays, "ARCHIVE", "objects"),
    ...does("expire", expireAfterDays, "DELETE", "objects"),
    ...does("expire-old", noncurrentExpireAfterDays, "DELETE", "previous-object-versions"),
    ...does("abort", config.abortUploadsAfterDays, "ABORT", "multipart-uploads", {}),
  ];
}
