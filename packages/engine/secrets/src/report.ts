import type { Deployment, SecretReference } from "@infra/inventory";
import { limited } from "@infra/io";
import { type FailureKind, SecretFailure } from "./failure.js";
import type { Secrets } from "./secrets.js";
import type { SecretTier, TierName } from "./tiers/tier.js";

/** How a tier is. */
export interface TierReport {
  readonly tier: TierName;
  readonly where: string;
  readonly state: "ok" | FailureKind;
  /** What is the case, in a clause. */
  readonly message: string;
  /** @default - there is nothing to do */
  readonly remedy?: string;
}

/** Which tier has a secret. */
export interface SecretReport {
  readonly secret: string;
  /** Ids of the deployments that name it, and `notify.<name>`. */
  readonly deployments: readonly string[];
  /** What each tier says of it, in the order in which they are asked. */
  readonly tiers: Readonly<Partial<Record<TierName, "there" | FailureKind>>>;
  /** The tier that a run would get it from. @default - none: a run would stop */
  readonly from?: TierName;
}

/** Asks every tier whether it can be asked. */
export function checkTiers(tiers: readonly SecretTier[]): Promise<TierReport[]> {
  return Promise.all(
    tiers.map(async (tier): Promise<TierReport> => {
      const { name, where } = tier;
      try {
        return { tier: name, where, state: "ok", message: await tier.check() };
      } catch (error) {
        const { kind, reason, remedy } = failureOf(error);
        return { tier: name, where, state: kind, message: reason, remedy };
      }
    }),
  );
}

/** Asks every tier for every secret of deployments, and of others by their names. Values are read where a tier can't say it otherwise, and dropped. */
export async function checkSecrets(
  { tiers }: Pick<Secrets, "tiers">,
  deployments: readonly Pick<Deployment, "id" | "secrets">[],
): Promise<SecretReport[]> {
  const slot = limited(8);
  const bySecret = new Map<string, { secret: SecretReference; ids: Set<string> }>();
  for (const { id, secrets } of deployments)
    for (const secret of secrets) {
      const known = bySecret.get(String(secret)) ?? { secret, ids: new Set() };
      bySecret.set(String(secret), { secret, ids: known.ids.add(id) });
    }
  const fieldsAt = (path: string) =>
    [...bySecret.values()].filter(({ secret }) => secret.path === path).map(({ secret }) => secret.field);
  const known = new Map<string, Promise<readonly string[] | FailureKind>>();
  const ask = (tier: SecretTier, path: string) => {
    const key = `${tier.name} ${path}`;
    const asked = known.get(key) ?? slot(() => fieldsOf(tier, path, fieldsAt(path)));
    known.set(key, asked);
    return asked;
  };
  const reports = [...bySecret].map(async ([text, { secret, ids }]): Promise<SecretReport> => {
    const said = await Promise.all(
      tiers.map(async (tier) => {
        const found = await ask(tier, secret.path);
        const state = typeof found === "string" ? found : found.includes(secret.field) ? "there" : "not-found";
        return [tier.name, state] as const;
      }),
    );
    const [first] = said.filter(([, state]) => state !== "unavailable");
    const from = first?.[1] === "there" ? { from: first[0] } : {};
    return { secret: text, deployments: [...ids].sort(), tiers: Object.fromEntries(said), ...from };
  });
  return await Promise.all(reports);
}

/** The fields that a tier has at a path, or why it gives none. */
async function fieldsOf(
  tier: SecretTier,
  path: string,
  fields: readonly string[],
): Promise<readonly string[] | FailureKind> {
  try {
    return (await tier.has?.(path, fields)) ?? Object.keys(await tier.read(path, fields));
  } catch (error) {
    return failureOf(error).kind;
  }
}

function failureOf(error: unknown): SecretFailure {
  return error instanceof SecretFailure
    ? error
    : new SecretFailure("wrong", "its answer can't be read", "Check that its address and version are right");
}
