import { Storage } from "@infra/cloud-storage";
import type { DeploymentStack } from "@infra/core";

/** Records that nobody can delete for a year: they grow cold, and are copied to another region. */
export function example(stack: DeploymentStack): Storage {
  return new Storage(stack, "storage", {
    buckets: {
      records: {
        retentionLock: { days: 365 },
        lifecycle: { cold: { coolAfterDays: 30, archiveAfterDays: 90 } },
        replication: { to: "id-of-the-other-bucket" },
      },
    },
  });
}
