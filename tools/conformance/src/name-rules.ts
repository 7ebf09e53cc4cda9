/** What the cloud takes as the name of a kind of resource, by a pattern of its type; the first that matches decides. */
const rules: readonly (readonly [type: RegExp, name: RegExp])[] = [
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
  [/^aws_lb(?:_target_group)?$/, /^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/],
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  [/^(?:aws_s3_bucket|digitalocean_spaces_bucket)$/, /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/],
  // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateSpecification.html
  [/^aws_launch_template$/, /^[A-Za-z0-9()./_-]{3,128}$/],
  [/^aws_security_group$/, /^(?!sg-)[A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/],
  [/^aws_/, /^[\x20-\x7e]{1,255}$/],
  // https://cloud.google.com/storage/docs/buckets#naming
  [/^google_storage_bucket$/, /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/],
  // https://cloud.google.com/dns/docs/reference/rest/v1/managedZones
  [/^google_dns_managed_zone$/, /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/],
  // RFC 1035 labels: https://cloud.google.com/compute/docs/naming-resources
  [/^google_/, /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/],
  // https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules
  [/^azurerm_resource_group$/, /^[A-Za-z0-9_()-](?:[A-Za-z0-9._()-]{0,88}[A-Za-z0-9_()-])?$/],
  [/^azurerm_storage_account$/, /^[a-z0-9]{3,24}$/],
  [/^azurerm_storage_container$/, /^[a-z0-9](?:-?[a-z0-9]){2,62}$/],
  [/^azurerm_linux_virtual_machine(?:_scale_set)?$/, /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?$/],
  [/^azurerm_/, /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,78}[A-Za-z0-9_])?$/],
  [/^oci_objectstorage_bucket$/, /^[A-Za-z0-9._-]{1,256}$/],
  [/^oci_/, /^.{1,255}$/],
  // https://docs.digitalocean.com/reference/api/digitalocean/#tag/Block-Storage
  [/^digitalocean_volume$/, /^[a-z](?:[a-z0-9-]{0,62}[a-z0-9])?$/],
  // RFC 1123 labels: names of servers are host names.
  [/^(?:hcloud|digitalocean)_/, /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/],
  // https://devcenter.heroku.com/articles/platform-api-reference#app
  [/^heroku_/, /^[a-z][a-z0-9-]{1,28}[a-z0-9]$/],
];

/** The attributes that hold a name, in the order in which they are looked for. */
const attributes = ["name", "bucket", "key_name", "display_name"] as const;

/** The attributes of a resource inside which its name must be unique, such as the firewall of a rule. */
const scopes = [
  "network_security_group_name",
  "loadbalancer_id",
  "load_balancer_id",
  "network_load_balancer_id",
  "network",
  "virtual_network_name",
  "zone",
  "zone_name",
  "managed_zone",
  "zone_id",
  "type",
  "storage_account_id",
] as const;

/** Records, and zones that are called by their domains: their names are not made but given. Zones of gcp have a name besides. */
const isOfDns = /_(?:record|rrset|record_set|domain)$|^(?!google_).*_zone$/;

/** The pattern that names of a type must match. @throws Error for a type of a cloud that has no rule. */
export function nameRule(type: string): RegExp {
  const rule = rules.find(([pattern]) => pattern.test(type));
  if (!rule) throw new Error(`there is no rule for the names of ${type}`);
  return rule[1];
}

/** The name of a resource, and what it is unique in; undefined when it has none, or only the engine knows it. */
export function nameOf(
  type: string,
  resource: Readonly<Record<string, unknown>>,
): { readonly name: string; readonly scope: string } | undefined {
  const name = attributes.map((attribute) => resource[attribute]).find((value) => typeof value === "string");
  if (name === undefined || name.includes("${") || isOfDns.test(type)) return undefined;
  return { name, scope: scopes.map((attribute) => String(resource[attribute] ?? "")).join(" ") };
}
