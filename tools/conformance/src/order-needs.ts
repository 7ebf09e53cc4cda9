import type { ProviderName } from "@infra/inventory";
import type { Need } from "./order.js";

const noWayOut = "a server that boots before its way out cannot install what cloud-init names";
const open = "a server that boots before the rules of its firewall cannot be reached, or by too many";

/** The same need of several types. */
function each(whats: readonly string[], need: Omit<Need, "what">): Need[] {
  return whats.map((what) => ({ ...need, what }));
}

const ec2 = ["aws_instance", "aws_autoscaling_group"];
const azureServers = ["azurerm_linux_virtual_machine", "azurerm_orchestrated_virtual_machine_scale_set"];
const gcpServers = ["google_compute_instance", "google_compute_region_instance_group_manager"];
const oracleServers = ["oci_core_instance", "oci_core_instance_pool"];

/** What each cloud needs first although no argument says so. */
export const needs: Readonly<Record<ProviderName, readonly Need[]>> = {
  aws: [
    ...each(["aws_eip", "aws_nat_gateway", "aws_lb", ...ec2], {
      first: "aws_internet_gateway",
      why: "AWS refuses public addresses, NAT gateways and load balancers in a VPC without an internet gateway",
    }),
    ...each(["aws_nat_gateway", "aws_lb", ...ec2], {
      first: "aws_route_table_association",
      via: "aws_subnet",
      why: noWayOut,
    }),
    ...each(ec2, { first: "aws_route", via: "aws_vpc", why: noWayOut }),
    ...each(ec2, {
      first: "aws_vpc_dhcp_options_association",
      via: "aws_vpc",
      why: "a server takes its DNS settings when it boots",
    }),
    ...each(ec2, { first: "aws_vpc_security_group_ingress_rule", via: "aws_security_group", why: open }),
    ...each(ec2, { first: "aws_vpc_security_group_egress_rule", via: "aws_security_group", why: noWayOut }),
    {
      what: "aws_s3_bucket_policy",
      first: "aws_s3_bucket_public_access_block",
      via: "aws_s3_bucket",
      why: "S3 refuses a public policy while the account's default block is on",
    },
    ...each(["aws_s3_bucket_object_lock_configuration", "aws_s3_bucket_replication_configuration"], {
      first: "aws_s3_bucket_versioning",
      via: "aws_s3_bucket",
      why: "S3 refuses it for a bucket without versions",
    }),
    {
      what: "aws_s3_bucket_replication_configuration",
      first: "aws_iam_role_policy",
      via: "aws_iam_role",
      why: "S3 refuses a role that may not read the bucket",
    },
  ],
  gcp: [
    ...each(gcpServers, { first: "google_compute_router_nat", via: "google_compute_network", why: noWayOut }),
    ...each(["google_compute_forwarding_rule"], {
      first: "google_compute_firewall",
      via: "google_compute_region_health_check",
      why: open,
    }),
  ],
  azure: [
    ...each(azureServers, {
      first: "azurerm_subnet_nat_gateway_association",
      via: "azurerm_subnet",
      why: noWayOut,
    }),
    ...each(azureServers, {
      first: "azurerm_nat_gateway_public_ip_association",
      via: "azurerm_nat_gateway",
      why: noWayOut,
    }),
    ...each(azureServers, { first: "azurerm_network_security_rule", via: "azurerm_network_security_group", why: open }),
    {
      what: "azurerm_linux_virtual_machine",
      first: "azurerm_network_interface_security_group_association",
      via: "azurerm_network_interface",
      why: open,
    },
    {
      what: "azurerm_linux_virtual_machine",
      first: "azurerm_network_interface_application_security_group_association",
      via: "azurerm_network_interface",
      why: open,
    },
    ...each(azureServers, {
      first: "azurerm_private_dns_zone_virtual_network_link",
      via: "azurerm_virtual_network",
      why: "a server registers its name when it boots",
    }),
    {
      what: "azurerm_storage_account",
      first: "azurerm_role_assignment",
      via: "azurerm_user_assigned_identity",
      why: "Azure refuses a key that the account's identity may not use",
    },
  ],
  oracle: [
    ...each([...oracleServers, "oci_network_load_balancer_network_load_balancer"], {
      first: "oci_core_default_route_table",
      via: "oci_core_vcn",
      why: noWayOut,
    }),
    ...each(oracleServers, {
      first: "oci_core_default_security_list",
      via: "oci_core_vcn",
      why: "the list that every network has opens SSH to the internet",
    }),
    ...each(oracleServers, {
      first: "oci_core_network_security_group_security_rule",
      via: "oci_core_network_security_group",
      // A pool names its load balancer, whose own rules it need not wait for.
      but: "_load_balancer_",
      why: open,
    }),
    ...each(["oci_objectstorage_object_lifecycle_policy", "oci_objectstorage_replication_policy"], {
      first: "oci_identity_policy",
      via: "oci_objectstorage_bucket",
      why: "Oracle refuses a rule that its storage service has no permission for",
    }),
  ],
  hetzner: [
    {
      what: "hcloud_load_balancer_target",
      first: "hcloud_server_network",
      via: "hcloud_server",
      why: "Hetzner refuses a target by its private address before the server is in the network",
    },
    {
      what: "hcloud_load_balancer_target",
      first: "hcloud_load_balancer_network",
      via: "hcloud_load_balancer",
      why: "Hetzner refuses a target by its private address before the load balancer is in the network",
    },
  ],
  heroku: [{ what: "heroku_app", first: "heroku_space_inbound_ruleset", via: "heroku_space", why: open }],
  digitalocean: [
    { what: "digitalocean_droplet", first: "digitalocean_firewall", via: "digitalocean_tag", why: open },
    { what: "digitalocean_droplet_autoscale", first: "digitalocean_firewall", via: "digitalocean_tag", why: open },
  ],
};
