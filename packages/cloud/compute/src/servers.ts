import {
  cloudInit,
  type Construct,
  contains,
  forEachEntry,
  type ICompute,
  type IInstance,
  InfraError,
  originOf,
  suggest,
} from "@infra/core";
import type { ComputePeers } from "./compute.js";
import type { Group } from "./group.js";
import { addressAfter } from "./addresses.js";

/** One server that is to be made. */
export interface ServerPlan {
  /** Number in its group, from 1; also the id of its construct. */
  readonly number: string;
  /** Name in the inventory's words: `web-1`. */
  readonly name: string;
  readonly group: Group;
  readonly labels: Readonly<Record<string, string>>;
  readonly userData: string;
  readonly keyIds: readonly string[];
  readonly subnetId: string;
  readonly firewallId: string;
  /** Private IPv4 address. @default - the cloud chooses */
  readonly address?: string;
}

/** What a cloud does for a group, and for each of its servers. */
export interface GroupBuilder {
  /** Creates what the servers of a group share, and returns how to create one of them. */
  (scope: Construct, group: Group, name: string): (plan: ServerPlan) => IInstance;
}

/** Creates the servers of all groups. What no cloud changes is decided here: names, numbers, user data, peers. */
export function buildGroups(
  scope: Construct,
  groups: Readonly<Record<string, Group>>,
  peers: ComputePeers,
  builder: GroupBuilder,
): ICompute {
  return {
    groups: forEachEntry(scope, ["groups"], groups, (entry, group, name) => {
      checkPeers(entry, group, peers);
      const build = builder(entry, group, name);
      const shared = withPath(entry, "sshKeys", () => planGroup(group, name, peers));
      const plans = Array.from({ length: group.count }, (_, index) => planServer(shared, name, index));
      return Object.fromEntries(plans.map((plan) => [plan.name, build(plan)]));
    }),
  };
}

type SharedPlan = Omit<ServerPlan, "number" | "name" | "address">;

function planGroup(group: Group, name: string, { network, firewall, ssh }: ComputePeers): SharedPlan {
  return {
    group,
    labels: { ...group.labels, group: name },
    userData: cloudInit({ user: ssh.user, publicKeys: ssh.publicKeys(group.sshKeys), more: group.cloudInit }),
    keyIds: ssh.keyIds(group.sshKeys),
    subnetId: network.subnetId(group.subnet),
    firewallId: firewall.firewallId(name),
  };
}

function planServer(shared: SharedPlan, group: string, index: number): ServerPlan {
  const { firstAddress } = shared.group;
  return {
    ...shared,
    number: String(index + 1),
    name: `${group}-${String(index + 1)}`,
    ...(firstAddress === undefined ? {} : { address: addressAfter(firstAddress, index) }),
  };
}

/** Refuses a subnet that the network does not have, or that is closed to public addresses. */
function checkPeers(entry: Construct, group: Group, { network }: ComputePeers): void {
  const { subnet, publicAddress } = group;
  const known = network.subnetNames;
  if (known && !known.includes(subnet))
    throw problemAt(
      entry,
      "subnet",
      `${JSON.stringify(subnet)} is not a subnet of the network`,
      suggest(subnet, known),
    );
  if (publicAddress && network.isPublic(subnet) === false)
    throw problemAt(
      entry,
      "publicAddress",
      `the subnet ${subnet} is private, so its servers cannot have public addresses`,
      "Write `publicAddress: false`, or choose a public subnet",
    );
  checkAddresses(entry, group, network.subnetCidr(subnet));
}

/** Refuses addresses that are not in the subnet: the first that the inventory chooses, and the ones that follow it. */
function checkAddresses(entry: Construct, { firstAddress, count, subnet }: Group, range: string | undefined): void {
  if (firstAddress === undefined || range === undefined) return;
  const last = addressAfter(firstAddress, count - 1);
  const outside = [firstAddress, last].find((address) => !contains(range, `${address}/32`));
  if (outside === undefined) return;
  const rule = `${JSON.stringify(outside)} is not in the subnet ${subnet}, ${range}`;
  throw problemAt(entry, "firstAddress", rule, `Choose addresses in ${range}, or another subnet`);
}

/** Adds the key of the group that a peer was asked for to what the peer refuses. */
function withPath<T>(entry: Construct, key: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const [problem] = error instanceof InfraError ? error.problems : [];
    throw problem ? problemAt(entry, key, problem.message, problem.remedy) : error;
  }
}

/** An error about a key of a group. */
export function problemAt(entry: Construct, key: string, message: string, remedy: string): InfraError {
  return new InfraError([{ message, remedy, path: [...originOf(entry), key].join(".") }]);
}
