import type { Rule } from "../rule.js";

/** Servers that templates make have the old metadata endpoints closed; Checkov looks at single servers of Oracle only. */
export const metadataService: Rule = {
  id: "metadata-service",
  demands: "the metadata service answers only requests that carry a header or token",
  why: "a program that fetches addresses for others would hand out the credentials of its server",
  types: { oracle: ["oci_core_instance_configuration"] },
  check({ values }) {
    const launch = values.block("instance_details").block("launch_details");
    const disabled = launch.block("instance_options").at("are_legacy_imds_endpoints_disabled");
    const remedy = "Write `are_legacy_imds_endpoints_disabled: true` in `instance_options`";
    if (disabled.isUnknown)
      return [{ message: "the plan does not know whether the metadata service of version 1 is off", remedy }];
    return disabled.is(true) ? [] : [{ message: "the metadata service of version 1 is on", remedy }];
  },
};
