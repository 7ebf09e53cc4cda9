import { type FirewallContract, Firewall, firewallContract } from "@infra/base-firewall";
import { Ssh, type SshContract, sshContract } from "@infra/base-ssh";
import { Compute, type ComputeContract, computeContract } from "@infra/cloud-compute";
import { Network, type NetworkContract, networkContract } from "@infra/cloud-network";
import type { DeploymentStack } from "@infra/core";

/** A key that is in use nowhere. */
export const exampleKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICvYBsl/DgCvGh/DMo+nY6kmlyPI24+sT5OvcdsYbW6Q alice@acme.example";

/** The names of the features of a contract. */
type FeatureOf<T> = T extends { readonly features: infer F } ? keyof F : never;

/** A map of a module's input: how to put one more key into it. */
export interface MapCase {
  /** Where the map stands: `groups.web.volumes`. */
  readonly path: string;
  readonly value: unknown;
  /** The address of the one resource that holds the whole map as a block, by provider. @default - each key has its own resources */
  readonly within?: Partial<Record<string, string>>;
}

/** One module as the suite sees it. */
export interface ModuleCase {
  /** The module's word, and the id of its construct. */
  readonly word: string;
  /** Folder of its package, from the root of the repository. */
  readonly folder: string;
  /** File name of its example, without ending. */
  readonly example: string;
  readonly contract: NetworkContract | FirewallContract | SshContract | ComputeContract;
  /** Creates the module, with the modules that it needs. */
  readonly build: (stack: DeploymentStack, props: object) => Readonly<Record<string, unknown>>;
  /** A plain input. */
  readonly props: object;
  /** An input that uses the feature, for each feature of the contract. */
  readonly uses: Readonly<Record<string, object>>;
  /** Every map of the input whose entries have a name. */
  readonly maps: readonly MapCase[];
}

const networkProps = { cidr: "10.20.0.0/16", subnets: { default: {}, data: { cidr: "10.20.40.0/24" } } };

const networkUses: Record<FeatureOf<NetworkContract>, object> = {
  zones: { cidr: "10.20.0.0/16", subnets: { default: { zone: "a" } } },
};

const firewallProps = { groups: { web: { rules: { http: { protocol: "tcp", ports: "80" } } } } };

const firewallUses: Record<FeatureOf<FirewallContract>, object> = {
  filteredPrivateTraffic: { groups: { web: { privateTraffic: "rules" } } },
  outboundRules: { groups: { web: { rules: { dns: { direction: "outbound", protocol: "udp", ports: "53" } } } } },
};

const sshProps = { keys: { alice: exampleKey }, bastion: { from: ["203.0.113.0/24"] } };

const sshUses: Record<FeatureOf<SshContract>, object> = { bastion: sshProps };

const computeProps = { groups: { web: { count: 2, placement: "spread", volumes: { data: { size: 20 } } } } };

const computeUses: Record<FeatureOf<ComputeContract>, object> = {
  firstAddress: { groups: { web: { firstAddress: "10.20.0.10" } } },
  placementSpread: { groups: { web: { placement: "spread" } } },
  privateInChosenSubnet: { groups: { web: { subnet: "data", publicAddress: false } } },
  publicAddress: { groups: { web: { publicAddress: true } } },
  volumes: { groups: { web: { volumes: { data: { size: 20 } } } } },
};

/** Every module. */
export const modules: readonly ModuleCase[] = [
  {
    word: "network",
    folder: "packages/cloud/network",
    example: "subnets",
    contract: networkContract,
    build: (stack, props) => ({ network: new Network(stack, "network", props as typeof networkProps).id }),
    props: networkProps,
    uses: networkUses,
    maps: [{ path: "subnets", value: { cidr: "10.20.77.0/24" } }],
  },
  {
    word: "firewall",
    folder: "packages/base/firewall",
    example: "web-and-db",
    contract: firewallContract,
    build: (stack, props) => {
      const network = new Network(stack, "network", networkProps);
      return {
        firewall: new Firewall(stack, "firewall", { network, ...(props as { groups: object }) } as never).node.id,
      };
    },
    props: firewallProps,
    uses: firewallUses,
    maps: [
      { path: "groups", value: {} },
      {
        path: "groups.web.rules",
        value: { protocol: "tcp", ports: "8443" },
        within: { hetzner: "hcloud_firewall.firewall_web" },
      },
    ],
  },
  {
    word: "ssh",
    folder: "packages/base/ssh",
    example: "bastion",
    contract: sshContract,
    build: (stack, props) => {
      const network = new Network(stack, "network", networkProps);
      return { ...new Ssh(stack, "ssh", { network, ...props } as never).outputs };
    },
    props: sshProps,
    uses: sshUses,
    maps: [{ path: "keys", value: exampleKey.replace("alice", "bob") }],
  },
  {
    word: "compute",
    folder: "packages/cloud/compute",
    example: "groups",
    contract: computeContract,
    build: (stack, props) => {
      const peers = computePeers(stack, Object.keys((props as typeof computeProps).groups));
      return { servers: new Compute(stack, "compute", { ...peers, ...props } as never).groups };
    },
    props: computeProps,
    uses: computeUses,
    maps: [
      { path: "groups", value: { count: 2 } },
      { path: "groups.web.volumes", value: { size: 10 } },
    ],
  },
];

/** What servers need: a network, firewalls for their groups, and a key. */
export function computePeers(stack: DeploymentStack, groups: readonly string[]) {
  const network = new Network(stack, "network", networkProps);
  const ssh = new Ssh(stack, "ssh", { network, keys: { alice: exampleKey } });
  const firewalls = Object.fromEntries([...groups, "added"].map((name) => [name, {}]));
  return { network, ssh, firewall: new Firewall(stack, "firewall", { network, groups: firewalls }) };
}
