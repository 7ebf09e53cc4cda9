import { join } from "node:path";
import {
  type Deployment,
  InfraError,
  infraError,
  type Problem,
  providerNames,
  Reference,
  SecretReference,
  type Settings,
} from "@infra/inventory";
import type { Synthesis } from "@infra/core";
import { z } from "zod";
import { type DeploymentPaths, pathsOf } from "../deployment/paths.js";
import type { AppliedConfiguration, AppliedRecord } from "@infra/state";

/** A deployment that has a state and no inventory file any more, as its last apply recorded it. */
export interface RemovedDeployment extends Deployment {
  readonly record: AppliedRecord;
  readonly applied: AppliedConfiguration;
}

/** Is it one that the inventory no longer has? */
export function isRemoved(deployment: Deployment): deployment is RemovedDeployment {
  return "record" in deployment;
}

const secret = z.string().transform((text) => SecretReference.parse(text));
const settingsSchema = z.object({
  product: z.string(),
  provider: z.enum(providerNames),
  region: z.string(),
  account: z.string().optional(),
  deletionProtection: z.boolean(),
  domain: z.string().optional(),
  credentials: z.record(z.string(), secret).optional(),
  cloudflare: z.boolean(),
  management: z.object({ domain: z.string() }).optional(),
});

/**
 * The deployment that a record is of.
 *
 * @param inventory Folder of the inventory.
 * @throws InfraError when another version of infra recorded what this one can't read
 */
export function removedDeployment(
  id: string,
  inventory: string,
  record: AppliedRecord,
  applied: AppliedConfiguration,
): RemovedDeployment {
  const [environment = "", name = ""] = id.split("/");
  const file = join(inventory, `${id}.yaml`);
  const parsed = settingsSchema.safeParse(applied.settings);
  if (!parsed.success)
    throw infraError(
      `the settings that ${id} was applied with cannot be read`,
      `Restore ${file} from git, and destroy it as any other: infra destroy ${id}`,
    );
  const settings = parsed.data as Settings;
  const secrets = [
    ...Object.values(applied.secrets).map((text) => SecretReference.parse(text)),
    ...Object.values(settings.credentials ?? {}),
  ];
  const references = Object.values(applied.references).map((text) => referenceOf(text, file));
  const config = { place: top(file), entries: new Map() };
  const known = { id, environment, name, file, files: [], stack: applied.stack, settings, settingPlaces: {} };
  return { ...known, config, references, secrets, record, applied };
}

/** What the engine takes, as it was applied; the providers' lock file is not the inventory's, but one of the working folder. */
export function recordedDeployment(
  root: string,
  deployment: RemovedDeployment,
  offline: boolean,
  env?: Readonly<NodeJS.ProcessEnv>,
): { synthesis: Synthesis; paths: DeploymentPaths } {
  const paths = pathsOf(root, deployment, offline, env);
  return { synthesis: synthesisOf(deployment), paths: { ...paths, lockFile: join(paths.work, "applied.lock.hcl") } };
}

function synthesisOf({ applied, file }: RemovedDeployment): Synthesis {
  const entries = <T>(texts: Readonly<Record<string, string>>, parse: (text: string) => T) =>
    new Map(Object.entries(texts).map(([name, text]) => [name, parse(text)] as const));
  return {
    configuration: structuredClone(applied.configuration),
    origins: {},
    references: entries(applied.references, (text) => referenceOf(text, file)),
    secrets: entries(applied.secrets, (text) => SecretReference.parse(text)),
    choices: [],
    advice: [],
  };
}

/** What protects a resource was applied with it, and is taken away with the file of the inventory. */
export function withoutProtection(problem: Problem, { file }: RemovedDeployment): Problem {
  if (!problem.remedy.includes("prevent_destroy")) return problem;
  const way = `restore ${file} from git, take the protection away there, apply it, and remove it again`;
  return { ...problem, remedy: `It was applied with prevent_destroy: ${way}` };
}

/** The providers that a removed deployment was applied with can't be installed. */
export function providersMissing({ id, file, record }: RemovedDeployment): Problem {
  const providers = Object.entries(record.providers).map(([source, version]) => `${source} ${version}`);
  return {
    message: `${id} was applied with ${providers.join(", ") || "other providers"}, which is what may destroy it`,
    remedy: `Make that version installable, for example through a mirror; or restore ${file} from git, apply it with the providers of today, and destroy it as any other`,
  };
}

function referenceOf(text: string, file: string): Reference {
  const output = { place: top(file), value: text };
  return Reference.parse({ place: top(file), entries: new Map([["output", output]]) });
}

function top(file: string) {
  return { file, line: 1, column: 1 };
}

/** Of deployments that are gone only their removal can be asked for. */
export function refuseRemoved(ids: readonly string[]): InfraError {
  return new InfraError(
    ids.map((id) => ({
      message: `${id} is no longer in the inventory, but it has a state`,
      remedy: `Look at what its removal deletes: infra plan --destroy ${id}; or restore its file from git`,
    })),
  );
}
