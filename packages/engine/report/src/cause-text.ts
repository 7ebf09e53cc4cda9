import type { Cause } from "./report.js";

/** `inventory/production/compute.yaml`, or `@infra/cloud-compute 1.2.0 → 1.3.0`. */
export function causeText(cause: Cause): string {
  if (cause.kind !== "package") return cause.file;
  return `${cause.name} ${cause.before ?? "(new)"} → ${cause.after ?? "(removed)"}`;
}
