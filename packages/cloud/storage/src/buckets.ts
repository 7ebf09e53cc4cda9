import {
  checkLimit,
  checkRegion,
  type Construct,
  DeploymentStack,
  forEachEntry,
  type IBucket,
  type IStorage,
  problemAt,
} from "@infra/core";
import type { BucketConfig } from "./bucket.js";
import { bucketName } from "./names.js";
import type { StorageConfig } from "./contract.js";

/** One bucket that an adapter makes. */
export interface BucketPlan {
  /** Name of the bucket in the inventory. */
  readonly key: string;
  /** Name of the bucket in the cloud. */
  readonly name: string;
  readonly config: BucketConfig;
  /** The cloud's name of the deployment's region. */
  readonly region: string;
  /** Are old versions kept? */
  readonly versioned: boolean;
  /** Meta-arguments of what holds the objects: in protected deployments it cannot be deleted. */
  readonly protection: { readonly lifecycle?: { readonly preventDestroy: true } };
  /** Is it deleted though it holds objects? Never in protected deployments. */
  readonly forceDestroy: boolean;
}

/** What an adapter says of a bucket that it made. */
export type BuiltBucket = Pick<IBucket, "id" | "endpoint"> & Partial<Pick<IBucket, "name">>;

/** What differs between clouds before a bucket is made. */
export interface BucketRules {
  /** Can a bucket with a retention lock keep old versions? */
  readonly lockKeepsVersions: boolean;
  /** Names that the cloud keeps for itself. @default - none */
  readonly reserved?: RegExp;
}

/** Makes each bucket of a configuration in a construct of its own, named by its key. */
export function buildBuckets(
  scope: Construct,
  { buckets }: StorageConfig,
  { lockKeepsVersions, reserved }: BucketRules,
  build: (entry: Construct, plan: BucketPlan) => BuiltBucket,
): IStorage {
  const { deletionProtection } = DeploymentStack.of(scope).context.settings;
  const region = storageRegion(scope);
  const protection = deletionProtection ? ({ lifecycle: { preventDestroy: true } } as const) : {};
  return {
    buckets: forEachEntry(scope, ["buckets"], buckets, (entry, config, key) => {
      checkLimit(entry, ["lifecycle"], "lifecycleRules", Object.keys(config.lifecycle).length);
      const name = bucketName(entry, key);
      if (reserved?.test(name)) throw reservedName(scope, key, name);
      const versioned = config.versioning ?? (lockKeepsVersions || !config.retentionLock);
      const forceDestroy = config.forceDestroy && !deletionProtection;
      const built = build(entry, { key, name, config, region, versioned, protection, forceDestroy });
      return { name, region, credentials: config.credentials ?? secretOf(entry, key), ...built };
    }),
  };
}

/** The deployment's region, when it has buckets. */
function storageRegion(scope: Construct): string {
  const { name, objectStorage } = checkRegion(scope);
  const stack = DeploymentStack.of(scope);
  if (objectStorage === false)
    throw stack.settingError(
      "region",
      `${stack.context.settings.provider} has no object storage in ${name}`,
      "Choose another region for this deployment",
    );
  return name;
}

function reservedName(scope: Construct, key: string, name: string) {
  const { provider } = DeploymentStack.of(scope).context.settings;
  return problemAt(
    scope,
    ["buckets", key],
    `${provider} keeps names such as ${JSON.stringify(name)} for itself`,
    "Choose another name for the product, or for what the name has of the bucket",
  );
}

/** Where clients of a bucket find credentials when the inventory does not say it. */
function secretOf(scope: Construct, key: string): string {
  const { settings, environment, name } = DeploymentStack.of(scope).context;
  return `secret://${[settings.product, environment, name, key].join("/")}`;
}
