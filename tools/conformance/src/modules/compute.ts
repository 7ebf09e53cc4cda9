import { Firewall } from "@infra/base-firewall";
import { Ssh, sshAdapters } from "@infra/base-ssh";
import {
  Compute,
  type ComputeContract,
  computeContract,
  type ComputeProps,
  computeAdapters,
} from "@infra/cloud-compute";
import { Network } from "@infra/cloud-network";
import { type DeploymentStack, type FeatureOf, gapOf } from "@infra/core";
import type { ProviderName } from "@infra/inventory";
import { z } from "zod";
import type { ModuleCase } from "./module-case.js";
import { network } from "./network.js";
import { hostName, perEntry, perKey, text } from "./output-forms.js";
import { exampleKey } from "./ssh.js";

const web = (group: object) => ({ groups: { web: group } });
const listeners = { http: { port: 80 } };

const uses: Record<FeatureOf<ComputeContract>, object> = {
  arm64: web({ architecture: "arm64", image: "ubuntu-24.04" }),
  autoscaling: web({ image: "ubuntu-24.04", autoscaling: { min: 2, max: 5 }, loadBalancer: { listeners } }),
  cloudInit: web({ image: "ubuntu-24.04", cloudInit: "#!/bin/sh\necho ready\n" }),
  firstAddress: web({ image: "ubuntu-24.04", firstAddress: "10.20.0.10" }),
  httpHealthCheck: web({ image: "ubuntu-24.04", loadBalancer: { listeners, healthCheck: { protocol: "http" } } }),
  images: web({ image: "ubuntu-24.04" }),
  labels: web({ image: "ubuntu-24.04", labels: { tier: "front" } }),
  loadBalancer: web({ count: 2, loadBalancer: { listeners } }),
  placementSpread: web({ image: "ubuntu-24.04", placement: "spread" }),
  portTranslation: web({
    image: "ubuntu-24.04",
    loadBalancer: { listeners: { http: { port: 80, targetPort: 8080 } } },
  }),
  privateInChosenSubnet: web({ image: "ubuntu-24.04", subnet: "data", publicAddress: false }),
  privateIpv6: web({ image: "ubuntu-24.04", ipv6: "private" }),
  privateServers: web({ publicAddress: false }),
  publicAddress: web({ publicAddress: true }),
  publicIpv6: web({ image: "ubuntu-24.04", ipv6: "public" }),
  sshKeys: web({ image: "ubuntu-24.04", sshKeys: ["alice"] }),
  volumes: web({ image: "ubuntu-24.04", volumes: { data: { size: 50 } } }),
};

const volume = (value: unknown) => web({ volumes: { data: value } });
const balancer = (value: object) => web({ loadBalancer: { listeners, ...value } });

/** The module compute. */
export const compute: ModuleCase = {
  word: "compute",
  folder: "packages/cloud/compute",
  examples: [
    { name: "groups", refusedBy: ["heroku", "digitalocean"] },
    { name: "balanced", refusedBy: ["heroku"] },
    { name: "scaling", refusedBy: ["hetzner", "heroku"] },
    { name: "plain" },
  ],
  contract: computeContract,
  adapters: computeAdapters,
  build: (stack, props, id = "compute") => {
    const { groups, loadBalancers } = new Compute(stack, id, { ...peersFor(stack, id, props), ...props } as never);
    return { [id]: { groups, loadBalancers } };
  },
  puts: ({ props, provider, has }) => {
    const { groups } = props as ComputeProps;
    const balanced = Object.entries(groups).filter(([, { loadBalancer }]) => loadBalancer !== undefined);
    const address = provider === "heroku" ? hostName : z.ipv4();
    return z.strictObject({
      groups: perEntry(groups, (group: Group, name) => serversOf(name, group, provider, has)),
      loadBalancers: perKey(Object.fromEntries(balanced), z.strictObject({ address })),
    });
  },
  peers: (stack) => peersFor(stack, "compute", { groups: { web: {}, db: { subnet: "data" } } }),
  props: web({ count: 2 }),
  uses,
  maps: [
    { path: "groups", value: { count: 2 } },
    {
      path: "groups.web.labels",
      value: "blue",
      props: uses.labels,
      feature: "labels",
      within: /^\w+\.compute_web/,
    },
    { path: "groups.web.volumes", value: { size: 50 }, props: uses.volumes, feature: "volumes" },
    {
      path: "groups.web.loadBalancer.listeners",
      value: { port: 443 },
      props: uses.loadBalancer,
      feature: "loadBalancer",
      within: { digitalocean: "digitalocean_loadbalancer.compute_web_load_balancer" },
      none: ["heroku"],
    },
  ],
  refusals: {
    "no groups": { props: {}, path: "groups", says: ["groups", "is missing", "groups of servers"] },
    "a group whose name is no name": {
      props: { groups: { Web: {} } },
      path: "groups.Web",
      says: ['"Web"', "is not a name", "lower-case letters"],
    },
    "a count of zero": { props: web({ count: 0 }), path: "groups.web.count", says: ["0", "too small", "1"] },
    "a count that is a fraction": {
      props: web({ count: 1.5 }),
      path: "groups.web.count",
      says: ["1.5", "is not a whole number", "1 to 1000"],
    },
    "a size that is none": {
      props: web({ size: "medum" }),
      path: "groups.web.size",
      says: ['"medum"', "is not", "medium"],
    },
    "more memory than there is": {
      props: web({ size: { cpus: 2, memory: 4096 } }),
      path: "groups.web.size",
      says: ["4096 GiB", "aws has no", "Ask for less"],
    },
    "an unknown image": {
      props: web({ image: "debian" }),
      path: "groups.web.image",
      says: ['"debian"', "is not", "debian-12"],
    },
    "an unknown architecture": {
      props: web({ architecture: "x86" }),
      path: "groups.web.architecture",
      says: ['"x86"', "is not", "amd64"],
    },
    "a subnet that does not exist": {
      props: web({ subnet: "defualt" }),
      path: "groups.web.subnet",
      says: ['"defualt"', "is not a subnet", 'Did you mean "default"?'],
    },
    "IPv6 of another kind": { props: web({ ipv6: true }), path: "groups.web.ipv6", says: ["true", "is not", "public"] },
    "public IPv6 addresses of private servers": {
      props: web({ ipv6: "public", publicAddress: false }),
      path: "groups.web.ipv6",
      says: ["ipv6: public", "exclude each other", "publicAddress: true"],
    },
    "an address that is none": {
      props: web({ firstAddress: "10.20.0" }),
      path: "groups.web.firstAddress",
      says: ['"10.20.0"', "is not an IPv4 address", "10.20.0.10"],
    },
    "an address outside the subnet": {
      props: web({ firstAddress: "10.99.0.10" }),
      path: "groups.web.firstAddress",
      says: ['"10.99.0.10"', "is not in the subnet default", "Choose addresses in"],
    },
    "a volume that is too small": {
      props: volume({ size: 1 }),
      path: "groups.web.volumes.data.size",
      says: ["1", "too small", "10"],
    },
    "a volume without a size": {
      props: volume({}),
      path: "groups.web.volumes.data.size",
      says: ["size", "is missing", "GiB"],
    },
    "a label of the system": {
      props: web({ labels: { product: "x" } }),
      path: "groups.web.labels.product",
      says: ["product", "set by the system", "another name"],
    },
    "a label with a space": {
      props: web({ labels: { tier: "front end" } }),
      path: "groups.web.labels.tier",
      says: ['"front end"', "is not a label", "letters, digits"],
    },
    "cloud-init that is neither": {
      props: web({ cloudInit: "apt install nginx" }),
      path: "groups.web.cloudInit",
      says: ["the text", "is not for cloud-init", "Begin it with #cloud-config"],
    },
    "a key of nobody": {
      props: web({ sshKeys: ["bob"] }),
      path: "groups.web.sshKeys",
      says: ['"bob"', "has no SSH key", "alice"],
    },
    "a load balancer without listeners": {
      props: web({ loadBalancer: { listeners: {} } }),
      path: "groups.web.loadBalancer.listeners",
      says: ["no listener", "there is no", "Add one: `http: { port: 80 }`"],
    },
    "two listeners on one port": {
      props: web({ loadBalancer: { listeners: { a: { port: 80 }, b: { port: 80 } } } }),
      path: "groups.web.loadBalancer.listeners.b.port",
      says: ["80", "two listeners", "a port of its own"],
    },
    "a path that does not begin with a slash": {
      props: balancer({ healthCheck: { protocol: "http", path: "health" } }),
      path: "groups.web.loadBalancer.healthCheck.path",
      says: ['"health"', 'must start with "/"', "path that is asked for"],
    },
    "a pool whose least is more than its most": {
      props: web({ autoscaling: { min: 5, max: 2 } }),
      path: "groups.web.autoscaling.min",
      says: ["min 5", "is more than max 2", "at least as large"],
    },
    "a pool with a count": {
      props: web({ count: 2, autoscaling: { max: 4 } }),
      path: "groups.web.count",
      says: ["count", "exclude each other", "Remove"],
    },
    "a spread over too many hosts": {
      props: web({ count: 8, placement: "spread" }),
      path: "groups.web.count",
      says: ["8", "spreads at most 7", "Split the group"],
    },
  },
};

/** What servers need: a network with their subnets, firewalls for their groups, and a key where there are servers to log in to. */
function peersFor(stack: DeploymentStack, id: string, props: object) {
  const { provider } = stack.context.settings;
  const { groups = {} } = props as { groups?: Record<string, { subnet?: string }> };
  const several = gapOf(network.adapters, provider, "severalSubnets") === undefined;
  const wantsData = several && Object.values(groups).some(({ subnet }) => subnet === "data");
  const zone = gapOf(network.adapters, provider, "zones") === undefined ? { zone: "a" as const } : {};
  const subnets = { default: {}, ...(wantsData ? { data: { cidr: "10.20.40.0/24", ...zone } } : {}) };
  const net = new Network(stack, `${id}-network`, { cidr: "10.20.0.0/16", subnets });
  const firewalls = Object.fromEntries(Object.keys(groups).map((name) => [name, {}]));
  const firewall = new Firewall(stack, `${id}-firewall`, { network: net, groups: firewalls });
  if (typeof sshAdapters[provider] !== "function") return { network: net, firewall };
  const ssh = keysOf.get(stack) ?? new Ssh(stack, `${id}-ssh`, { keys: { alice: exampleKey } });
  keysOf.set(stack, ssh);
  return { network: net, firewall, ssh };
}

/** The keys of a stack: clouds take the same key, and the same name of one, once. */
const keysOf = new WeakMap<DeploymentStack, Ssh>();

type Group = ComputeProps["groups"][string];

/** The servers of a group, where the cloud knows them one by one: not those of a pool, and not dynos, which nobody can log in to. */
function serversOf(name: string, group: Group, provider: ProviderName, has: (feature: string) => boolean) {
  const { count = 1, publicAddress = true, subnet, autoscaling } = group;
  const names =
    autoscaling || !has("sshKeys") ? [] : Array.from({ length: count }, (_, at) => `${name}-${String(at + 1)}`);
  const server = z.strictObject({
    id: text,
    name: text,
    privateIpv4: z.ipv4(),
    ...(publicAddress ? { publicIpv4: z.ipv4() } : {}),
    ...(publicAddress && has("publicIpv6") ? { publicIpv6: z.ipv6() } : {}),
    // Azure puts a server in no zone, unless its subnet names one.
    ...(provider === "azure" && subnet !== "data" ? {} : { zone: text }),
  });
  return z.strictObject(Object.fromEntries(names.map((each) => [each, server])));
}
