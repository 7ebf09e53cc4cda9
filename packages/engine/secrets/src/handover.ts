import type { Deployment, SecretReference } from "@infra/inventory";
import { digestOfSecrets } from "./digest.js";
import { originNotes, type Secrets } from "./secrets.js";

/** The value of a reference, for the variable that stands for it. */
export interface Handover {
  /** Name of the variable. */
  readonly name: string;
  /** As the engine reads it from the environment. */
  readonly text: string;
  /** Does its deployment keep it secret? */
  readonly sensitive: boolean;
}

/** The secrets of one deployment, as its engine gets them. */
export interface TakenSecrets {
  /** Variables and credentials, for the environment of the engine. */
  readonly env: Readonly<Record<string, string>>;
  /** What stands for the variables in the digest of a plan. */
  readonly digest: string;
  /** Does one of the variables end with the run? */
  readonly transient: boolean;
  /** Where they came from. */
  readonly notes: readonly string[];
}

/** Of a deployment that takes none. */
export const noSecrets: TakenSecrets = { env: {}, digest: "", transient: false, notes: [] };

/** What a run offers to a deployment. */
interface Run {
  readonly secrets: Secrets;
  readonly offline: boolean;
  /** What nobody knows who has not the key of the state. */
  readonly pepper: () => Promise<string>;
}

/** What a synthesized deployment takes: its variables, and which secret each of them holds. */
interface Wanted {
  readonly configuration: { variable?: Record<string, unknown> };
  readonly secrets: ReadonlyMap<string, SecretReference>;
}

/**
 * Takes the secrets of a deployment: those of its configuration, its credentials, and the outputs that their deployments keep
 * secret, which become sensitive here, too.
 *
 * @throws InfraError with a problem for each secret that can't be had
 */
export async function takeSecrets(
  { secrets, offline, pepper }: Run,
  { id, settings }: Deployment,
  { configuration, secrets: wanted }: Wanted,
  handovers: readonly Handover[],
): Promise<TakenSecrets> {
  const named = Object.entries(offline ? {} : (settings.credentials ?? {}));
  const all = await secrets.all([...wanted.values(), ...named.map(([, secret]) => secret)]);
  const values = all.map(({ value }) => value);
  const resolved = [...wanted.keys()].map((name, index) => ({ name, text: values[index] ?? "" }));
  const outputs = handovers.filter(({ sensitive }) => sensitive);
  const { variable = {} } = configuration;
  for (const { name } of outputs) variable[name] = { ...(variable[name] as object), sensitive: true };
  const texts = [...resolved, ...outputs];
  const credentials = named.map(([name], index) => [name, values[wanted.size + index] ?? ""] as const);
  return {
    env: { ...variablesOf(texts), ...Object.fromEntries(credentials) },
    // Without the credentials: who applies a plan may be somebody else than who made it.
    digest: await digestOfSecrets(
      texts.map(({ text }) => text),
      id,
      pepper,
    ),
    transient: all.slice(0, wanted.size).some(({ dynamic }) => dynamic),
    notes: originNotes(all),
  };
}

/** Variables for the environment of the engine. */
export function variablesOf(values: readonly Pick<Handover, "name" | "text">[]): Record<string, string> {
  return Object.fromEntries(values.map(({ name, text }) => [`TF_VAR_${name}`, text]));
}
