import { Storage } from "@infra/cloud-storage";
import type { DeploymentStack } from "@infra/core";

/** A bucket for uploads, and one for backups that expire. */
export function example(stack: DeploymentStack): Storage {
  return new Storage(stack, "storage", {
    buckets: {
      uploads: {},
      backups: { lifecycle: { old: { expireAfterDays: 90, noncurrentExpireAfterDays: 30 } } },
    },
  });
}
