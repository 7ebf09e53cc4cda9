import { Storage, storageConfig } from "@infra/cloud-storage";
import { defineStack } from "@infra/core";

/** What a user may say of the stack. */
export const storageStackConfig = storageConfig;

/** Buckets. */
export const storage = defineStack({
  config: storageStackConfig,
  build(stack, config) {
    return { buckets: new Storage(stack, "storage", config).buckets };
  },
});
