import { type Plan, type PlannedResource, refersTo } from "../plan.js";
import type { Rule } from "../rule.js";

/** How a type is protected: by attributes that must all be true, by one that must not be true, or only by `prevent_destroy`. */
interface Protection {
  readonly on?: readonly string[];
  readonly off?: string;
}

const byLifecycle: Protection = {};

const protections: Readonly<Record<string, Readonly<Record<string, Protection>>>> = {
  aws: {
    aws_instance: { on: ["disable_api_termination"] },
    aws_ebs_volume: byLifecycle,
    aws_s3_bucket: { off: "force_destroy" },
  },
  gcp: {
    google_compute_instance: { on: ["deletion_protection"] },
    google_compute_disk: byLifecycle,
    google_sql_database_instance: { on: ["deletion_protection"] },
    google_storage_bucket: { off: "force_destroy" },
  },
  azure: {
    azurerm_linux_virtual_machine: byLifecycle,
    azurerm_managed_disk: byLifecycle,
    azurerm_storage_account: byLifecycle,
    azurerm_postgresql_flexible_server: byLifecycle,
  },
  oracle: {
    oci_core_instance: byLifecycle,
    oci_core_volume: byLifecycle,
    oci_load_balancer_load_balancer: { on: ["is_delete_protection_enabled"] },
  },
  hetzner: {
    hcloud_server: { on: ["delete_protection", "rebuild_protection"] },
    hcloud_volume: { on: ["delete_protection"] },
    hcloud_load_balancer: { on: ["delete_protection"] },
    minio_s3_bucket: { off: "force_destroy" },
  },
  heroku: { heroku_app: byLifecycle, heroku_addon: byLifecycle },
  digitalocean: {
    digitalocean_droplet: byLifecycle,
    digitalocean_volume: byLifecycle,
    digitalocean_database_cluster: byLifecycle,
    digitalocean_spaces_bucket: { off: "force_destroy" },
  },
};

/** What holds data or serves is protected where the settings ask for it; Checkov looks at databases and load balancers of AWS. */
export const deletionProtection: Rule = {
  id: "deletion-protection",
  demands: "in a protected deployment nothing that serves or holds data can be deleted by mistake",
  why: "one wrong line in an inventory would delete the database of production",
  types: Object.fromEntries(Object.entries(protections).map(([provider, byType]) => [provider, Object.keys(byType)])),
  check(resource, plan) {
    const protection = protections[resource.provider ?? ""]?.[resource.type];
    if (!plan.isProtected || !protection || isKept(resource, plan)) return [];
    const { on, off } = protection;
    if (off !== undefined) return ifAny(resource, [off], true, `Remove \`${off}\``);
    if (on) return ifAny(resource, on, false, `Write \`${on.map((name) => `${name}: true`).join(", ")}\``);
    return [{ message: "nothing keeps it from being deleted", remedy: "Write `lifecycle: { prevent_destroy: true }`" }];
  },
};

/** Objects to the first attribute that is (or is not) true, or that the plan does not know. */
function ifAny({ values }: PlannedResource, names: readonly string[], whenTrue: boolean, remedy: string) {
  const wrong = names.find((name) => values.at(name).isUnknown || values.at(name).is(true) === whenTrue);
  if (wrong === undefined) return [];
  const message = values.at(wrong).isUnknown
    ? `the plan does not know whether it can be deleted: ${wrong} is known only after the apply`
    : `${wrong} is ${values.at(wrong).text() ?? "not set"}, so it can be deleted`;
  return [{ message, remedy }];
}

/** Does the configuration refuse to destroy it, or a lock of Azure on it or on its resource group? */
function isKept(resource: PlannedResource, { resources }: Plan): boolean {
  if (resource.lifecycle["prevent_destroy"] === true) return true;
  const groups = resources.filter(({ type }) => type === "azurerm_resource_group");
  const around = groups.filter((group) => refersTo(resource.expressions["resource_group_name"], group));
  return resources.some(
    ({ type, expressions }) =>
      type === "azurerm_management_lock" && [resource, ...around].some((each) => refersTo(expressions["scope"], each)),
  );
}
