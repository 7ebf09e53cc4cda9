import { Storage } from "@infra/cloud-storage";
import { type DeploymentStack, exampleId } from "@infra/core";

/** Records that nobody can delete for a year: they grow cold, and are copied to another region. */
export function example(stack: DeploymentStack): Storage {
  // In YAML, the id that the other deployment puts out: an ARN on aws, a resource ID on azure, a name on oracle.
  const to = exampleId(stack.context.settings.provider, "bucket");
  return new Storage(stack, "storage", {
    buckets: {
      records: {
        retentionLock: { days: 365 },
        lifecycle: { cold: { coolAfterDays: 30, archiveAfterDays: 90 } },
        replication: { to },
      },
    },
  });
}
