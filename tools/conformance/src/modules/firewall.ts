import {
  Firewall,
  type FirewallContract,
  firewallContract,
  type FirewallProps,
  firewallAdapters,
} from "@infra/base-firewall";
import { Network } from "@infra/cloud-network";
import type { DeploymentStack, FeatureOf } from "@infra/core";
import type { ModuleCase } from "./module-case.js";
import { network } from "./network.js";
import { perKey, text } from "./output-forms.js";

const http = { protocol: "tcp", ports: "80" };
const web = (rules: object, more: object = {}) => ({ groups: { web: { rules, ...more } } });

const uses: Record<FeatureOf<FirewallContract>, object> = {
  filteredPrivateTraffic: web({}, { privateTraffic: "rules" }),
  groupsThatDiffer: { groups: { web: { rules: { http } }, db: { rules: {} } } },
  otherThanWeb: web({ ping: { protocol: "icmp" }, postgres: { protocol: "tcp", ports: "5432", from: "network" } }),
  outboundRules: web({ dns: { direction: "outbound", protocol: "udp", ports: "53" } }),
  sourceGroups: {
    groups: { web: {}, db: { rules: { postgres: { protocol: "tcp", ports: "5432", from: { groups: ["web"] } } } } },
  },
};

/** The network that the other modules of a test stand in: made once per deployment. */
export function testNetwork(stack: DeploymentStack): Network {
  const known = stack.node.tryFindChild(network.word);
  return known instanceof Network ? known : new Network(stack, network.word, network.props as { cidr: string });
}

/** The module firewall. */
export const firewall: ModuleCase = {
  word: "firewall",
  folder: "packages/base/firewall",
  examples: [{ name: "web-and-db", refusedBy: ["heroku"] }, { name: "web" }],
  contract: firewallContract,
  adapters: firewallAdapters,
  build: (stack, props, id = "firewall") => {
    const made = new Firewall(stack, id, { network: testNetwork(stack), ...(props as FirewallProps) });
    const groups = Object.keys((props as FirewallProps).groups);
    return { [id]: Object.fromEntries(groups.map((group) => [group, made.firewallId(group)])) };
  },
  puts: ({ props }) => perKey((props as FirewallProps).groups, text),
  peers: (stack) => ({ network: testNetwork(stack) }),
  props: web({ http }),
  uses,
  maps: [
    // At Heroku all groups have the same rules, and all rules the same networks: they are there already.
    { path: "groups", value: { rules: { http } }, none: ["heroku"] },
    {
      path: "groups.web.rules",
      value: { protocol: "tcp", ports: "443" },
      within: {
        hetzner: "hcloud_firewall.firewall_web",
        digitalocean: "digitalocean_firewall.firewall_web",
      },
      none: ["heroku"],
    },
  ],
  refusals: {
    "no groups": { props: {}, path: "groups", says: ["groups", "is missing", "firewalls"] },
    "a group whose name is no name": {
      props: { groups: { Web: {} } },
      path: "groups.Web",
      says: ['"Web"', "is not a name", "lower-case letters"],
    },
    "a rule whose name is no name": {
      props: web({ "http!": http }),
      path: "groups.web.rules.http!",
      says: ['"http!"', "is not a name", "lower-case letters"],
    },
    "an unknown protocol": {
      props: web({ http: { protocol: "http", ports: "80" } }),
      path: "groups.web.rules.http.protocol",
      says: ['"http"', "is not", "tcp"],
    },
    "a port over 65535": {
      props: web({ http: { protocol: "tcp", ports: "65536" } }),
      path: "groups.web.rules.http.ports",
      says: ['"65536"', "is not a port", "1 to 65535"],
    },
    "port 0": {
      props: web({ http: { protocol: "tcp", ports: "0" } }),
      path: "groups.web.rules.http.ports",
      says: ['"0"', "is not a port", "1 to 65535"],
    },
    "a range from high to low": {
      props: web({ http: { protocol: "tcp", ports: "90-80" } }),
      path: "groups.web.rules.http.ports",
      says: ['"90-80"', "is not a port", "the lower one first"],
    },
    "ports that are a number": {
      props: web({ http: { protocol: "tcp", ports: 80 } }),
      path: "groups.web.rules.http.ports",
      says: ["80", "is not text", "in quotes"],
    },
    "tcp without ports": {
      props: web({ http: { protocol: "tcp" } }),
      path: "groups.web.rules.http",
      says: ["tcp", "needs ports", "Add"],
    },
    "icmp with ports": {
      props: web({ ping: { protocol: "icmp", ports: "80" } }),
      path: "groups.web.rules.ping.ports",
      says: ["icmp", "has no ports", "Remove"],
    },
    "SSH for everyone": {
      props: web({ ssh: { protocol: "tcp", ports: "22" } }),
      path: "groups.web.rules.ssh.from",
      says: ["22", "open to the whole internet", "bastion"],
    },
    "SSH for everyone in a range of ports": {
      props: web({ all: { protocol: "tcp", ports: "1-1024", from: ["0.0.0.0/0"] } }),
      path: "groups.web.rules.all.from",
      says: ["22", "open to the whole internet", "List the networks"],
    },
    "SSH for half of the internet": {
      props: web({ ssh: { protocol: "tcp", ports: "22", from: ["128.0.0.0/1"] } }),
      path: "groups.web.rules.ssh.from",
      says: ["22", "open to the whole internet", "List the networks"],
    },
    "a source that is no network": {
      props: web({ http: { ...http, from: ["office"] } }),
      path: "groups.web.rules.http.from.0",
      says: ['"office"', "is not an IPv4 network", "for example"],
    },
    "no source": {
      props: web({ http: { ...http, from: [] } }),
      path: "groups.web.rules.http.from",
      says: ["[]", "is too small: at least 1", "networks"],
    },
    "a group that does not exist": {
      props: web({ http: { ...http, from: { groups: ["wbe"] } } }),
      path: "groups.web.rules.http.from",
      says: ['"wbe"', "is not a group", "Use one of: web"],
    },
    "an unknown direction": {
      props: web({ http: { ...http, direction: "in" } }),
      path: "groups.web.rules.http.direction",
      says: ['"in"', "is not", "inbound"],
    },
    "private traffic that is a switch": {
      props: web({}, { privateTraffic: true }),
      path: "groups.web.privateTraffic",
      says: ["true", "is not", "rules"],
    },
  },
};
