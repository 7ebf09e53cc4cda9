import type { Workspace } from "./workspace.js";

/** One kind of change, and what it can change. */
export interface Mutation {
  readonly kind: string;
  readonly change: (workspace: Workspace) => void;
  /** Projects whose plan it may change; every other one must not be planned. */
  readonly planned: readonly string[];
  /** Whether the command line is asked as well, and the plans are made. @default - in the long form of the suite */
  readonly isRun?: boolean;
  /** Projects that are planned though they need not be, and why. @default - none */
  readonly extra?: { readonly planned: readonly string[]; readonly because: string };
  /** Why Nx plans everything, whatever a plugin says; counted apart from what is extra. @default - it does not */
  readonly forced?: string;
}

/** Deployments of the workspace, by what they have in common. */
export const projects = {
  compute: ["production-compute", "staging-compute"],
  dns: ["production-dns", "staging-dns"],
  hetznerStorage: ["production-storage", "staging-storage"],
  azure: ["cloud-storage"],
  own: ["production-own"],
  /** `edge` refers to `web`, and is the same stack. */
  web: ["production-web", "production-edge", "staging-web"],
} as const;

/** Everything in one environment. */
export const staging = ["staging-compute", "staging-dns", "staging-storage", "staging-web"];
export const production = [
  "production-compute",
  "production-dns",
  "production-edge",
  "production-own",
  "production-storage",
  "production-web",
];
export const hetzner = [...staging, ...production];
export const everything = [...hetzner, ...projects.azure];
