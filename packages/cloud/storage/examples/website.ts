import { Storage } from "@infra/cloud-storage";
import type { DeploymentStack } from "@infra/core";

/** Files that everybody may read, and that pages of another origin may ask for. */
export function example(stack: DeploymentStack): Storage {
  return new Storage(stack, "storage", {
    buckets: {
      assets: {
        publicAccess: "read",
        cors: { pages: { origins: ["https://acme.example"], methods: ["GET", "HEAD"] } },
      },
    },
  });
}
