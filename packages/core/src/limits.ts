import type { Path, ProviderName } from "@infra/inventory";
import type { Construct } from "./cdktf.js";
import { DeploymentStack } from "./deployment-stack.js";
import { problemAt } from "./origin.js";

/** What clouds take a limited number of. */
export type LimitName =
  "firewallRules" | "firewallSources" | "lifecycleRules" | "listeners" | "targets" | "userData" | "volumes";

/** The most that a cloud takes, and where it says so. */
export interface Limit {
  readonly most: number;
  readonly source: string;
  /** Does a text count in its base64 form? @default false */
  readonly base64?: true;
}

/** What the limits are about, as messages name it. */
const words: Readonly<Record<LimitName, string>> = {
  firewallRules: "rules of a firewall",
  firewallSources: "networks in a rule",
  lifecycleRules: "lifecycle rules of a bucket",
  listeners: "listeners of a load balancer",
  targets: "servers behind a load balancer",
  userData: "bytes for cloud-init",
  volumes: "volumes of a server",
};

const hetznerFirewalls = "https://docs.hetzner.cloud/reference/cloud#firewalls";
const hetznerBalancers = "https://docs.hetzner.com/cloud/load-balancers/overview/";

/** Limits that a cloud does not raise on request; to be checked against the pages that they name. */
export const limits: Readonly<Record<ProviderName, Readonly<Partial<Record<LimitName, Limit>>>>> = {
  aws: {
    lifecycleRules: {
      most: 1000,
      source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html",
    },
    listeners: {
      most: 50,
      source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html",
    },
    userData: { most: 16_384, source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html" },
  },
  gcp: {
    lifecycleRules: { most: 100, source: "https://cloud.google.com/storage/quotas" },
    userData: { most: 262_144, source: "https://cloud.google.com/compute/docs/metadata/setting-custom-metadata" },
    volumes: { most: 127, source: "https://cloud.google.com/compute/docs/disks" },
  },
  azure: {
    lifecycleRules: {
      most: 100,
      source: "https://learn.microsoft.com/en-us/azure/storage/blobs/lifecycle-management-overview",
    },
    userData: { most: 65_535, source: "https://learn.microsoft.com/en-us/azure/virtual-machines/custom-data" },
    volumes: {
      most: 64,
      source: "https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/create-or-update",
    },
  },
  oracle: {
    firewallRules: {
      most: 120,
      source: "https://docs.oracle.com/en-us/iaas/Content/Network/Concepts/networksecuritygroups.htm",
    },
    lifecycleRules: {
      most: 1000,
      source: "https://docs.oracle.com/en-us/iaas/Content/Object/Tasks/usinglifecyclepolicies.htm",
    },
    userData: {
      most: 32_000,
      source: "https://docs.oracle.com/en-us/iaas/api/#/en/iaas/latest/datatypes/LaunchInstanceDetails",
      base64: true,
    },
    volumes: { most: 32, source: "https://docs.oracle.com/en-us/iaas/Content/Block/Concepts/overview.htm" },
  },
  hetzner: {
    firewallRules: { most: 50, source: hetznerFirewalls },
    firewallSources: { most: 100, source: hetznerFirewalls },
    listeners: { most: 5, source: hetznerBalancers },
    targets: { most: 25, source: hetznerBalancers },
    userData: { most: 32_768, source: "https://docs.hetzner.cloud/reference/cloud#servers-create-a-server" },
    volumes: { most: 16, source: "https://docs.hetzner.com/cloud/volumes/overview/" },
  },
  heroku: {},
  digitalocean: {
    firewallRules: {
      most: 50,
      source: "https://docs.digitalocean.com/products/networking/firewalls/details/limits/",
    },
    lifecycleRules: { most: 100, source: "https://docs.digitalocean.com/products/spaces/details/limits/" },
    userData: { most: 65_536, source: "https://docs.digitalocean.com/reference/api/reference/droplets/" },
    volumes: { most: 15, source: "https://docs.digitalocean.com/products/volumes/details/limits/" },
  },
};

/**
 * Refuses more of something than the cloud of the deployment takes.
 *
 * @param path Where it stands in the configuration of the construct.
 * @param found How many there are, or the text whose bytes count.
 * @throws InfraError
 */
export function checkLimit(scope: Construct, path: Path, name: LimitName, found: number | string): void {
  const { provider } = DeploymentStack.of(scope).context.settings;
  const limit = limits[provider][name];
  if (!limit) return;
  const count = typeof found === "number" ? found : bytesOf(found, limit);
  if (count <= limit.most) return;
  throw problemAt(
    scope,
    path,
    `${provider} takes at most ${String(limit.most)} ${words[name]}, not ${String(count)}`,
    name === "userData" ? "Shorten `cloudInit`, or let fewer people log in with `sshKeys`" : remedies[name],
  );
}

const remedies: Readonly<Record<Exclude<LimitName, "userData">, string>> = {
  firewallRules: "List more networks or wider ranges of ports in fewer rules",
  firewallSources: "Join neighbouring networks, or split the rule in two",
  lifecycleRules: "Join rules that do the same, or split the bucket in two",
  listeners: "Remove listeners, or split the group in two",
  targets: "Lower `count`, or split the group in two",
  volumes: "Join volumes into larger ones",
};

function bytesOf(text: string, { base64 }: Limit): number {
  const bytes = Buffer.byteLength(text);
  return base64 ? Math.ceil(bytes / 3) * 4 : bytes;
}
