import {
  checkLimit,
  cloudInit,
  type Construct,
  contains,
  DeploymentStack,
  forEachEntry,
  type ICompute,
  type IInstance,
  type ILoadBalancer,
  type INetwork,
  type ITerraformDependable,
  problemAt,
  type ResolvedSize,
  resolveImage,
  resolveSize,
  type Zone,
} from "@infra/core";
import { InfraError, type Path, suggest, templateText } from "@infra/inventory";
import type { ComputePeers } from "./contract.js";
import type { Group } from "./group.js";
import { addressAfter } from "./addresses.js";
import type { LoadBalancerConfig } from "./load-balancer.js";

/** One server that is to be made. */
export interface ServerPlan {
  /** Number in its group, from 1; also the id of its construct. */
  readonly number: string;
  /** Name in the inventory's words: `web-1`. */
  readonly name: string;
  readonly group: Group;
  readonly labels: Readonly<Record<string, string>>;
  /** What cloud-init reads at the first boot. */
  readonly userData: string;
  /** The user that people log in as. @default - nobody logs in */
  readonly user: string | undefined;
  /** Public keys of who may log in; `userData` holds them too. */
  readonly publicKeys: readonly string[];
  /** The provider's ids of the same keys. */
  readonly keyIds: readonly string[];
  readonly subnetId: string;
  /** The zone that the subnet names. @default - the cloud chooses */
  readonly zone: Zone | undefined;
  /** Must the server not be deleted? */
  readonly protect: boolean;
  readonly firewallId: string;
  /** What must exist before the servers, although none of their arguments names it: routes, rules of their firewall. */
  readonly dependsOn: ITerraformDependable[];
  /** Private IPv4 address. @default - the cloud chooses */
  readonly address?: string;
}

/** What the servers of a group share. */
export type GroupPlan = Omit<ServerPlan, "number" | "name" | "address">;

/** What a cloud does for a group: its servers one by one, or a pool whose size the cloud decides, and what spreads traffic over them. */
export interface GroupBuilder {
  /** Creates one server. @default - servers are not known one by one: every group is a pool */
  readonly server?: (plan: ServerPlan) => IInstance;
  /** Creates a pool of servers; what it returns is how a load balancer names it. */
  readonly pool?: (plan: GroupPlan) => string;
  /** Creates a load balancer. */
  readonly loadBalancer?: (config: LoadBalancerConfig, targets: Targets) => ILoadBalancer;
}

/** What a load balancer leads to: servers by name, or a pool. */
export interface Targets {
  readonly servers: Readonly<Record<string, IInstance>>;
  readonly pool: string | undefined;
}

/**
 * Creates the servers of all groups. What no cloud changes is decided here: names, numbers, user data, peers.
 *
 * @param builder Creates what the servers of a group share, and says how to create the rest.
 */
export function buildGroups(
  scope: Construct,
  groups: Readonly<Record<string, Group>>,
  peers: ComputePeers,
  builder: (scope: Construct, group: Group, name: string) => GroupBuilder,
): ICompute {
  const made = forEachEntry(scope, ["groups"], groups, (entry, group, name) => {
    checkPeers(entry, group, peers);
    checkLimits(entry, group);
    const { server, pool, loadBalancer } = builder(entry, group, name);
    const shared = planGroup(entry, group, name, peers);
    const one = group.autoscaling ? undefined : server;
    const servers = Object.fromEntries(one ? serversOf(shared, name).map((plan) => [plan.name, one(plan)]) : []);
    const targets = { servers, pool: one ? undefined : pool?.(shared) };
    return { servers, loadBalancer: group.loadBalancer && loadBalancer?.(group.loadBalancer, targets) };
  });
  const entries = Object.entries(made);
  return {
    groups: Object.fromEntries(entries.map(([name, { servers }]) => [name, servers])),
    loadBalancers: Object.fromEntries(
      entries.flatMap(([name, { loadBalancer }]) => (loadBalancer ? [[name, loadBalancer]] : [])),
    ),
  };
}

/** Refuses more than the cloud takes, whichever adapter builds it. */
function checkLimits(entry: Construct, { volumes, loadBalancer, count = 1 }: Group): void {
  checkLimit(entry, ["volumes"], "volumes", Object.keys(volumes).length);
  if (!loadBalancer) return;
  checkLimit(entry, ["loadBalancer", "listeners"], "listeners", Object.keys(loadBalancer.listeners).length);
  checkLimit(entry, ["count"], "targets", count);
}

function planGroup(scope: Construct, group: Group, name: string, { network, firewall, ssh }: ComputePeers): GroupPlan {
  const { subnet, sshKeys, cloudInit: more } = group;
  const keyIds = withPath(scope, ["sshKeys"], () => ssh?.keyIds(sshKeys)) ?? [];
  const publicKeys = ssh?.publicKeys(sshKeys) ?? [];
  const userData = cloudInit({ user: ssh?.user, publicKeys, more });
  checkLimit(scope, [more === undefined ? "sshKeys" : "cloudInit"], "userData", templateText(userData));
  return {
    group,
    labels: { ...group.labels, group: name },
    user: ssh?.user,
    publicKeys,
    keyIds,
    userData,
    subnetId: network.subnetId(subnet),
    zone: network.subnetZone(subnet),
    firewallId: firewall.firewallId(name),
    dependsOn: [...(network.prerequisites?.(subnet) ?? []), ...(firewall.prerequisites?.(name) ?? [])],
    protect: DeploymentStack.of(scope).context.settings.deletionProtection,
  };
}

/** One plan per server. */
export function serversOf(shared: GroupPlan, group: string): ServerPlan[] {
  const { firstAddress, count = 1 } = shared.group;
  return Array.from({ length: count }, (_, index) => ({
    ...shared,
    number: String(index + 1),
    name: `${group}-${String(index + 1)}`,
    ...(firstAddress === undefined ? {} : { address: addressAfter(firstAddress, index) }),
  }));
}

/** The kind of server of a group: what `native` says, or the first in the cloud's table that is large enough. */
export function sizeOf(entry: Construct, { size, architecture }: Group, native: string | undefined): ResolvedSize {
  if (native !== undefined) return { name: native };
  return withPath(entry, ["size"], () => resolveSize(entry, size, architecture));
}

/** How the cloud names the image of a group. */
export function imageOf(entry: Construct, { image, architecture }: Group): Readonly<Record<string, string>> {
  return withPath(entry, ["image"], () => resolveImage(entry, image, architecture));
}

/** Refuses a subnet that the network does not have, or that is closed to public addresses. */
function checkPeers(entry: Construct, group: Group, { network, ssh }: ComputePeers): void {
  const { subnet, publicAddress, sshKeys } = group;
  if (sshKeys && !ssh)
    throw problemAt(
      entry,
      ["sshKeys"],
      "there are no SSH keys to choose from",
      "Add `ssh` with the keys, or remove `sshKeys`",
    );
  const known = network.subnetNames;
  if (known && !known.includes(subnet))
    throw problemAt(
      entry,
      ["subnet"],
      `${JSON.stringify(subnet)} is not a subnet of the network`,
      suggest(subnet, known),
    );
  if (publicAddress && network.isPublic(subnet) === false)
    throw problemAt(
      entry,
      ["publicAddress"],
      `the subnet ${subnet} is private, so its servers cannot have public addresses`,
      "Write `publicAddress: false`, or choose a public subnet",
    );
  checkAddresses(entry, group, network.subnetCidr(subnet));
}

/** Refuses addresses that are not in the subnet: the first that the inventory chooses, and the ones that follow it. */
function checkAddresses(entry: Construct, { firstAddress, count = 1, subnet }: Group, range: string | undefined): void {
  if (firstAddress === undefined || range === undefined) return;
  const last = addressAfter(firstAddress, count - 1);
  const outside = [firstAddress, last].find((address) => !contains(range, `${address}/32`));
  if (outside === undefined) return;
  const rule = `${JSON.stringify(outside)} is not in the subnet ${subnet}, ${range}`;
  throw problemAt(entry, ["firstAddress"], rule, `Choose addresses in ${range}, or another subnet`);
}

/** Adds the path in the group of what is refused. */
function withPath<T>(entry: Construct, path: Path, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const [problem] = error instanceof InfraError ? error.problems : [];
    throw problem ? problemAt(entry, path, problem.message, problem.remedy) : error;
  }
}

/**
 * The public subnet of a load balancer with a public address: that of its group, else another one of the network.
 *
 * @param suits May it stand there? @default - in the subnet `default`
 * @throws InfraError when the network has none.
 */
export function balancerSubnet(
  entry: Construct,
  { subnet }: Group,
  network: INetwork,
  suits: (other: string) => boolean = (other) => other === "default",
): string {
  if (network.isPublic(subnet) !== false) return subnet;
  const found = network.subnetNames?.find((other) => network.isPublic(other) === true && suits(other));
  if (found !== undefined) return found;
  const { provider } = DeploymentStack.of(entry).context.settings;
  throw problemAt(
    entry,
    ["loadBalancer"],
    `${provider}: the subnet ${subnet} is private, and a load balancer stands in a public one`,
    "Add a public subnet named default to the network, with the same `zone` where there are zones, or remove `loadBalancer`",
  );
}
