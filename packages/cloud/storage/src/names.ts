import { createHash } from "node:crypto";
import { type Construct, DeploymentStack } from "@infra/core";

/** Hexadecimal digits of the hash that tells deployments apart. */
const hashLength = 8;

/**
 * The name of a bucket among all buckets of a cloud: `<product>-<environment>-<deployment>-<bucket>-<hash>`, cut to 63 lower-case
 * letters, digits and dashes. The hash is of the four words one by one, as `a-b` + `c` and `a` + `b-c` read the same.
 */
export function bucketName(scope: Construct, bucket: string): string {
  return `${readable(scope, bucket)
    .join("-")
    .replaceAll(/-{2,}/g, "-")
    .slice(0, 63 - hashLength - 1)
    .replace(/-$/, "")}-${hashOf(scope, bucket)}`;
}

/**
 * The name of the storage account of a bucket among all accounts of azure: 3 to 24 lower-case letters and digits; to be checked
 * against https://learn.microsoft.com/azure/storage/common/storage-account-overview#storage-account-name.
 */
export function accountName(scope: Construct, bucket: string): string {
  const letters = readable(scope, bucket).join("").replaceAll("-", "");
  return `${letters.slice(0, 24 - hashLength)}${hashOf(scope, bucket)}`;
}

function readable(scope: Construct, bucket: string): string[] {
  const { settings, environment, name } = DeploymentStack.of(scope).context;
  return [settings.product, environment, name, bucket];
}

function hashOf(scope: Construct, bucket: string): string {
  const words = JSON.stringify(readable(scope, bucket));
  return createHash("sha256").update(words).digest("hex").slice(0, hashLength);
}
