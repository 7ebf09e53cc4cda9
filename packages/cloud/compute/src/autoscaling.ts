import { rule } from "@infra/inventory";
import { z } from "zod";

/** How many servers the cloud may run, and when it runs more. */
export const autoscaling = rule(
  z.strictObject({
    min: z.int().min(1).max(1000).default(1).describe("never fewer servers than this"),
    max: z.int().min(1).max(1000).describe("never more servers than this"),
    targetCpu: z.int().min(10).max(90).default(60).describe("use of the processors that the cloud aims at, in percent"),
  }),
  ({ min, max }) =>
    min <= max
      ? undefined
      : {
          message: `min ${String(min)} is more than max ${String(max)}`,
          remedy: "Make `max` at least as large as `min`",
          path: ["min"],
        },
);
