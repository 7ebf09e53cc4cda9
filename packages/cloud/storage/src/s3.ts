import { S3BucketCorsConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-cors-configuration";
import { S3BucketObjectLockConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-object-lock-configuration";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import type { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import type { TerraformProvider } from "@infra/core";
import type { BucketConfig, CorsRule } from "./bucket.js";

/** The provider of resources, where it is not the cloud's own. */
export interface S3Meta {
  readonly provider?: TerraformProvider;
}

/** A statement of a bucket's policy. */
export type Statement = Readonly<Record<string, unknown>>;

/** Lets a bucket keep old versions of objects, or stop to keep more. */
export function buildVersioning(bucket: S3Bucket, versioned: boolean, meta: S3Meta = {}): S3BucketVersioningA {
  return new S3BucketVersioningA(bucket, "versioning", {
    ...meta,
    bucket: bucket.id,
    versioningConfiguration: { status: versioned ? "Enabled" : "Suspended" },
  });
}

/** Refuses access lists and policies that would open a bucket; a policy only where the inventory wants the bucket open. */
export function blockPublicAccess(
  bucket: S3Bucket,
  { publicAccess }: BucketConfig,
  meta: S3Meta = {},
): S3BucketPublicAccessBlock {
  const closed = publicAccess === "none";
  return new S3BucketPublicAccessBlock(bucket, "public_access_block", {
    ...meta,
    bucket: bucket.id,
    blockPublicAcls: true,
    ignorePublicAcls: true,
    blockPublicPolicy: closed,
    restrictPublicBuckets: closed,
  });
}

/** What browsers may do from pages of other origins. */
export function buildCors(bucket: S3Bucket, { cors }: BucketConfig, meta: S3Meta = {}): void {
  const rules = Object.entries(cors);
  if (rules.length === 0) return;
  new S3BucketCorsConfiguration(bucket, "cors", {
    ...meta,
    bucket: bucket.id,
    corsRule: rules.map(([id, rule]) => ({ id, ...s3CorsRule(rule) })),
  });
}

/** A rule for pages of other origins, in the words of S3, which cannot expose all headers. */
export function s3CorsRule({ origins, methods, headers, maxAgeSeconds }: CorsRule) {
  return {
    allowedOrigins: origins,
    allowedMethods: methods,
    allowedHeaders: headers,
    exposeHeaders: headers.filter((header) => !header.includes("*")),
    maxAgeSeconds,
  };
}

/** How long objects cannot be deleted. */
export function buildLock(
  versioning: S3BucketVersioningA,
  bucket: S3Bucket,
  { retentionLock }: BucketConfig,
  meta: S3Meta = {},
): void {
  if (!retentionLock) return;
  new S3BucketObjectLockConfigurationA(bucket, "object_lock", {
    ...meta,
    bucket: bucket.id,
    rule: { defaultRetention: { days: retentionLock.days, mode: retentionLock.mode.toUpperCase() } },
    dependsOn: [versioning],
  });
}

/** The policy of a bucket; a bucket that is to be open is opened after its block of public access is lifted. */
export function buildPolicy(
  bucket: S3Bucket,
  statements: readonly Statement[],
  block: S3BucketPublicAccessBlock,
  meta: S3Meta = {},
): void {
  if (statements.length === 0) return;
  new S3BucketPolicy(bucket, "policy", {
    ...meta,
    bucket: bucket.id,
    policy: policyOf(statements),
    dependsOn: [block],
  });
}

/** A policy document. */
export function policyOf(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** Everybody may read objects whose name they know. */
export function publicRead({ publicAccess }: BucketConfig, arn: string): Statement[] {
  if (publicAccess === "none") return [];
  return [{ Sid: "PublicRead", Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `${arn}/*` }];
}
