import type { storageStackConfig } from "@infra/stack-storage";
import type { z } from "zod";

/** Uploads of people, and backups whose old versions expire. The same in YAML is the `config:` of an inventory file. */
export const config: z.input<typeof storageStackConfig> = {
  buckets: {
    uploads: {},
    backups: { lifecycle: { old: { expireAfterDays: 90, noncurrentExpireAfterDays: 30 } } },
  },
};
