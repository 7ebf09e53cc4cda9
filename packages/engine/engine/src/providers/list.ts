import {
  type Deployment,
  describeTerraformProvider,
  loadInventory,
  problemsOfError,
  terraformProviderOf,
} from "@infra/inventory";
import { inBatches } from "@infra/io";
import { maxSatisfying, prerelease, rcompare, satisfies, valid } from "semver";
import { contentOf, synthesizeDeployment } from "../deployment/configuration.js";
import { providersIn } from "./locked.js";
import { publishedVersions, type RegistryAccess } from "./published.js";

/** What to list. */
export interface ProvidersRequest {
  /** Folder of the workspace. */
  readonly root: string;
  /** Folder of the inventory. */
  readonly inventory: string;
  /** Ids of deployments. @default - all */
  readonly only?: readonly string[];
  /** Is nothing asked of the registries? @default false */
  readonly offline?: boolean;
  readonly env?: Readonly<NodeJS.ProcessEnv>;
  /** @default - by https, as the sources say */
  readonly registries?: RegistryAccess;
}

/** One provider of one deployment. */
export interface ListedProvider {
  /** `production/compute`. */
  readonly deployment: string;
  /** Its word in the registry of Terraform providers; of others, the last part of the source. */
  readonly name: string;
  readonly source: string;
  /** Versions that may run. */
  readonly constraint: string;
  /** npm package of the bindings that the constraint follows from. @default - the provider is not registered */
  readonly bindings?: string;
  /** Version in the committed lock file. @default - there is no lock file, or the provider is not in it */
  readonly locked?: string;
  /** Newest version that the constraint allows. @default - unknown: offline, or the registry did not answer */
  readonly allowed?: string;
  /** Newest version of all. @default - unknown */
  readonly newest?: string;
  /** `behind`: a newer version is allowed; `not locked`: the next run that is not offline decides; `unknown`: the registry was not asked. */
  readonly state: "current" | "behind" | "not locked" | "unknown";
  /** Is there a newer major version, which needs other bindings? */
  readonly needsBindings: boolean;
}

/** The providers of deployments, and what could not be found out. */
export interface ProviderList {
  readonly providers: readonly ListedProvider[];
  readonly notes: readonly string[];
}

/** What the registries have, by source; undefined for one that did not answer. */
type Published = ReadonlyMap<string, readonly string[] | undefined>;

interface Required {
  readonly deployment: string;
  readonly source: string;
  readonly constraint: string;
  readonly locked: string | undefined;
}

/**
 * Lists the providers of deployments: which versions may run, which one runs, and which there are. Nothing is installed.
 *
 * @throws InfraError when the inventory is wrong, or a deployment cannot be synthesized
 */
export async function listProviders(request: ProvidersRequest): Promise<ProviderList> {
  const { root, inventory, only, offline = false, env = process.env } = request;
  const { deployments } = loadInventory(inventory, only ? { only } : {});
  const required = deployments.flatMap((deployment) => requiredBy(deployment, root, env));
  const sources = offline ? [] : [...new Set(required.map(({ source }) => source))];
  const notes: string[] = [];
  const answers = await inBatches(sources, async (source) => {
    try {
      return [[source, await publishedVersions(source, request.registries)] as const];
    } catch (error) {
      notes.push(`${source}: ${problemsOfError(error)[0]?.message ?? String(error)}`);
      return [];
    }
  });
  const published = new Map(answers.flat());
  return { providers: required.map((each) => listed(each, published)), notes: notes.sort() };
}

/** 0: nothing is behind; 2: something is. */
export function exitCodeOfProviders({ providers }: ProviderList): 0 | 2 {
  return providers.some(({ state }) => state === "behind") ? 2 : 0;
}

function requiredBy(deployment: Deployment, root: string, env: Readonly<NodeJS.ProcessEnv>): Required[] {
  const { synthesis, paths } = synthesizeDeployment(root, deployment, false, env);
  const locked = providersIn(contentOf(paths.lockFile));
  return Object.values(synthesis.configuration.terraform?.required_providers ?? {}).map(({ source, version }) => ({
    deployment: deployment.id,
    source,
    constraint: version ?? "",
    locked: locked.get(source),
  }));
}

function listed({ deployment, source, constraint, locked }: Required, published: Published): ListedProvider {
  const word = terraformProviderOf(source);
  const all = published.get(source)?.filter((each) => valid(each) !== null && prerelease(each) === null);
  const [newest] = [...(all ?? [])].sort(rcompare);
  const range = constraint.replaceAll(",", " ");
  const allowed = (all && maxSatisfying(all, range)) ?? undefined;
  return {
    deployment,
    name: word ?? source.split("/").at(-1) ?? source,
    source,
    constraint,
    ...(word ? { bindings: describeTerraformProvider(word).bindings } : {}),
    ...(locked === undefined ? {} : { locked }),
    ...(allowed === undefined ? {} : { allowed }),
    ...(newest === undefined ? {} : { newest }),
    state: stateOf(locked, allowed),
    needsBindings: newest !== undefined && !satisfies(newest, range),
  };
}

function stateOf(locked: string | undefined, allowed: string | undefined): ListedProvider["state"] {
  if (locked === undefined) return "not locked";
  if (allowed === undefined) return "unknown";
  return locked === allowed || rcompare(locked, allowed) < 0 ? "current" : "behind";
}
