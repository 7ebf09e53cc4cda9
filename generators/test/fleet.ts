import type { ProviderName } from "@infra/inventory";
import type { CiSystem } from "../src/product/manifest.js";
import type { PackageManagerName } from "../src/product/package-managers.js";

/** A product of a fleet: what it chose when it was made, and which version of the template it follows. */
export interface FleetProduct {
  readonly name: string;
  /** The version whose migrations it has. */
  readonly version: string;
  readonly provider: ProviderName;
  readonly account?: string;
  readonly ci: readonly CiSystem[];
  readonly packageManager: PackageManagerName;
  readonly environments: readonly string[];
  /** Folder of the inventory. */
  readonly inventory: string;
  /** Indentation of its package.json. */
  readonly indentation: string;
  /** What the people of the product did to it, by the index of their habits. */
  readonly habits: number;
}

/** The versions that products of the fleet are at, all older than the template. */
export const pastVersions = Array.from({ length: 10 }, (_, patch) => `0.0.${String(patch)}`);

const clouds = ["hetzner", "aws", "gcp", "azure", "oracle", "digitalocean"] as const;
const accounts: Partial<Record<ProviderName, string>> = { oracle: "ocid1.compartment.oc1..acme" };
const systems: readonly (readonly CiSystem[])[] = [["github"], ["gitlab"], ["github", "gitlab"], []];
const managers = ["npm", "pnpm", "yarn"] as const;
const environments = [["production"], ["staging", "production"], ["dev", "qa", "production"]];

/** Products, five at each past version; the choices have no common factor, so that they meet in many ways. */
export const fleet: readonly FleetProduct[] = Array.from({ length: 50 }, (_, index) => {
  const provider = pick(clouds, index);
  const account = accounts[provider];
  return {
    name: `product-${String(index + 1)}`,
    version: pick(pastVersions, index),
    provider,
    ...(account ? { account } : {}),
    ci: pick(systems, Math.floor(index / 2)),
    packageManager: pick(managers, Math.floor(index / 3)),
    environments: pick(environments, Math.floor(index / 5)),
    inventory: index % 7 === 0 ? "deploy/inventory" : "inventory",
    indentation: pick(["  ", "    ", "\t"], Math.floor(index / 4)),
    habits: index,
  };
});

/**
 * What the people of a product wrote, in the words of a version: the same edits, comments and odd spaces, in each version's words.
 *
 * @returns texts by path
 */
export function ownFiles(product: FleetProduct, version: string): ReadonlyMap<string, string> {
  const { inventory, environments: all, habits } = product;
  const files = new Map<string, string>([
    [".env", "INFRA_STATE_PASSPHRASE='it''s ours'\n"],
    [".gitignore", `node_modules/\n# ours\n*.secret${atLeast(version, "0.0.8") ? "\n.infra/\n" : ""}`],
    ["README.md", `# ${product.name}\n\n<<<<<<< this is how we draw arrows\n`],
    ["docs/runbook.md", "1. Breathe.\r\n2. Call Ada.\r\n"],
    ["local.mk", "plan: extra\nextra:\n\techo ours\n"],
    ["nx.json", nxJson(version, habits)],
    ["stacks/own/index.js", "module.exports = {}; // ours\n"],
    [".github/workflows/ours.yaml", "on: push\njobs: {}\n"],
    // Of a CI that the product does not use, a file of the template's name is the product's.
    ...(product.ci.includes("gitlab") ? [] : [[".gitlab-ci.yml", "ours: { script: [make plan] }\n"] as const]),
    [`${inventory}/product.yaml`, productYaml(product, version)],
    [`${inventory}/notes.txt`, "flavour: this is no YAML file\n"],
  ]);
  for (const environment of all)
    for (const [path, text] of environmentFiles(environment, version, habits))
      files.set(`${inventory}/${environment}/${path}`, text);
  return files;
}

function productYaml({ name, provider, account, habits }: FleetProduct, version: string): string {
  const domain = `mgmt.${name}.example`;
  const management = atLeast(version, "0.0.7") ? `{ domain: ${domain} }` : domain;
  return lines(habits, [
    `product: ${name} # never rename`,
    `provider:   ${provider}`,
    "region: the-office # ask Grace",
    ...(account ? [`account: ${account}`] : []),
    ...(habits % 2 === 0 ? [`management: ${management}   # three servers`] : ["# management: not yet"]),
    "stacks: { compute: { ssh: { keys: { ada: ssh-ed25519 AAAA } } } }",
  ]);
}

/** The files of an environment: one in the template's style, one in the style of somebody else, one that cannot be read. */
function environmentFiles(environment: string, version: string, habits: number): [string, string][] {
  const size = atLeast(version, "0.1.0") ? "size" : atLeast(version, "0.0.2") ? "class" : "flavour";
  const image = atLeast(version, "0.0.4") ? "debian-12" : "debian12";
  const allow = atLeast(version, "0.0.5") ? "allow" : "ports";
  const protect = atLeast(version, "0.0.6") ? "deletionProtection" : "protected";
  const stack = atLeast(version, "0.0.9") ? "compute" : "server";
  // Somebody wrote the other ending, which a migration mends.
  const suffix = atLeast(version, "0.0.1") ? "yaml" : "yml";
  return [
    [
      "environment.yaml",
      lines(habits, [`${protect}:   ${String(environment === "production")}   # since the incident`]),
    ],
    [
      "compute.yaml",
      lines(habits, [
        "config:",
        "  network: { cidr: 10.20.0.0/16 } # the office's",
        "  groups:",
        `    web: {   count: ${String(habits)},${size}: small,  image:   ${image}   }   # ${environment}: flavour, class, size`,
        "",
        "    db:",
        "        # indented by somebody else",
        `        ${size}: large # the big one 🐘`,
        `        firewall: { ${allow}: [https] } # ports`,
      ]),
    ],
    [`jobs.${suffix}`, lines(habits, [`stack: ${stack} # nightly`, "config: { groups: {} }"])],
    [`own.yaml`, "stack: ./stacks/own\nconfig: { flavour: vanilla, image: custom12 } # ours\n"],
    ["broken.yaml", "config: { groups: { web: { flavour: small\n"],
  ];
}

function nxJson(version: string, habits: number): string {
  const plugin = atLeast(version, "0.0.8") ? "@infra/product" : "@infra/nx";
  return `{\n   "plugins": ["${plugin}", "@nx/eslint/plugin"],\n   "parallel": ${String(habits)}\n}`;
}

/** Lines as the habits of a product end them: some on Windows, some with no end of the last one, some with a heading. */
function lines(habits: number, all: readonly string[]): string {
  const end = habits % 4 === 3 ? "\r\n" : "\n";
  const heading = habits % 3 === 1 ? ["# yaml-language-server: $schema=../x.json", "# ours, since 2019", ""] : [];
  return [...heading, ...all].join(end) + (habits % 5 === 4 ? "" : end);
}

/** Is a version at another one, or after it? Both have one digit per part. */
export function atLeast(version: string, other: string): boolean {
  return version >= other;
}

function pick<T>(all: readonly T[], index: number): T {
  return all[index % all.length] as T;
}
