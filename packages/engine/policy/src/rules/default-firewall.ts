import { type Plan, type PlannedResource, refersTo } from "../plan.js";
import type { Rule } from "../rule.js";

/**
 * A network of Oracle comes with a security list that lets everyone in on port 22. It is emptied, or no subnet uses it. What
 * stands in an emptied one is for the rule about SSH.
 */
export const defaultFirewall: Rule = {
  id: "default-firewall",
  demands: "nothing uses a firewall that the cloud opens by default",
  why: "what a cloud opens by default is open for whoever is not told otherwise",
  types: { oracle: ["oci_core_vcn"] },
  check(network, plan) {
    if (isReplaced(network, plan)) return [];
    const subnets = plan.resources.filter(
      ({ type, expressions }) => type === "oci_core_subnet" && refersTo(expressions["vcn_id"], network),
    );
    if (subnets.length > 0 && subnets.every((subnet) => namesOwnList(subnet))) return [];
    return [
      {
        message: "its default security list lets everyone in on port 22",
        remedy: "Manage it with `oci_core_default_security_list`, or name `security_list_ids` in every subnet",
      },
    ];
  },
};

function isReplaced(network: PlannedResource, { resources }: Plan): boolean {
  return resources.some(
    ({ type, expressions }) =>
      type === "oci_core_default_security_list" && refersTo(expressions["manage_default_resource_id"], network),
  );
}

function namesOwnList({ expressions }: PlannedResource): boolean {
  const written = JSON.stringify(expressions["security_list_ids"] ?? "");
  return /oci_core_security_list\./.test(written) && !written.includes("default_security_list_id");
}
