import { createHash } from "node:crypto";
import { InfraError, type Problem, type SecretReference } from "@infra/inventory";
import { limited, type Mask, shortest } from "@infra/io";
import { notFound, SecretFailure, wrong } from "./failure.js";
import type { Fields, SecretTier, TierName } from "./tiers/tier.js";

/** Paths that are asked for at once. */
const atOnce = 8;

/** What one variable of the environment can hold on Linux, with some room for its name: MAX_ARG_STRLEN is 128 KiB. */
const largest = 128 * 1024 - 512;

/** A tier that could not be asked, and why. */
export interface Skipped {
  readonly tier: SecretTier;
  readonly reason: string;
}

/** What a tier gave for a path. */
interface Answer {
  readonly tier: SecretTier;
  readonly fields: Fields;
  /** The tiers before it. */
  readonly skipped: readonly Skipped[];
}

/** One secret's value, and where it came from. */
export interface Resolved {
  readonly value: string;
  /** `offline`: it is made up. */
  readonly from: TierName | "offline";
  readonly where: string;
  readonly skipped: readonly Skipped[];
  /** Was it made for this run, and ends with it? */
  readonly dynamic: boolean;
}

/** Resolves the secrets of a run: each path is asked for once, however many deployments want it. */
export class Secrets {
  private readonly answers = new Map<string, Promise<Answer>>();
  /** Tiers that could not be asked; they are not asked again, so that a run does not wait for them once per secret. */
  private readonly down = new Map<SecretTier, SecretFailure>();
  private readonly wanted = new Map<string, Set<string>>();
  private readonly slot = limited(atOnce);

  /**
   * @param tiers In the order in which they are asked.
   * @param wanted All secrets that the run may ask for.
   * @param offline Values are made up, the same for the same secret, and no tier is asked.
   */
  constructor(
    readonly tiers: readonly SecretTier[],
    wanted: readonly SecretReference[],
    private readonly mask: Pick<Mask, "add">,
    private readonly offline = false,
  ) {
    for (const secret of wanted) this.want(secret);
  }

  /** The values of several secrets, in their order. @throws InfraError with a problem for each that can't be had */
  async all(secrets: readonly SecretReference[]): Promise<Resolved[]> {
    for (const secret of secrets) this.want(secret);
    const settled = await Promise.allSettled(secrets.map((secret) => this.of(secret)));
    const problems: Problem[] = [];
    for (const each of settled) {
      if (each.status === "fulfilled") continue;
      if (!(each.reason instanceof InfraError)) throw each.reason;
      problems.push(...each.reason.problems);
    }
    if (problems.length > 0) throw new InfraError(problems);
    return settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  }

  /** The value of a secret. @throws InfraError when no tier has it, or one refuses it */
  async of(secret: SecretReference): Promise<Resolved> {
    if (this.offline) return { value: madeUp(secret), from: "offline", where: "", skipped: [], dynamic: false };
    this.want(secret);
    const answer = this.answers.get(secret.path) ?? this.slot(() => this.ask(secret.path));
    this.answers.set(secret.path, answer);
    try {
      const { tier, fields, skipped } = await answer;
      const value = checked(fields, secret, tier, skipped);
      this.mask.add([value]);
      return { value, from: tier.name, where: tier.where, skipped, dynamic: tier.isDynamic?.(secret.path) ?? false };
    } catch (error) {
      if (!(error instanceof TierFailure)) throw error;
      throw explained(secret, error);
    }
  }

  /** Ends what the tiers made for the run. @returns what could not be ended */
  async close(): Promise<readonly string[]> {
    const notes = await Promise.all(this.tiers.map((tier) => tier.close?.() ?? []));
    return notes.flat();
  }

  private want({ path, field }: SecretReference): void {
    const fields = this.wanted.get(path) ?? new Set();
    this.wanted.set(path, fields.add(field));
  }

  private async ask(path: string): Promise<Answer> {
    const skipped: Skipped[] = [];
    for (const tier of this.tiers) {
      try {
        const known = this.down.get(tier);
        if (known) throw known;
        return { tier, fields: await tier.read(path, [...(this.wanted.get(path) ?? [])]), skipped };
      } catch (error) {
        const failure = error instanceof SecretFailure ? error : unusable(error);
        if (failure.kind !== "unavailable") throw new TierFailure(tier, failure, skipped);
        this.down.set(tier, failure);
        skipped.push({ tier, reason: failure.reason });
      }
    }
    throw new Error("no tier answers for itself");
  }
}

const verbs = {
  denied: "is denied by",
  "not-found": "is not in",
  unavailable: "can't be asked from",
  wrong: "can't be had from",
} as const;

function explained(secret: SecretReference, { tier, failure, skipped }: TierFailure): InfraError {
  const before = skipped.map((each) => `; ${each.tier.name} (${each.tier.where}) is unavailable: ${each.reason}`);
  const what = `${secret.toString()} ${verbs[failure.kind]} ${tier.name} (${tier.where}): ${failure.reason}`;
  const place = secret.place ? { place: secret.place } : {};
  return new InfraError([{ message: what + before.join(""), remedy: failure.remedy, ...place }]);
}

/** A failure, and the tier that it comes from. */
class TierFailure extends Error {
  constructor(
    readonly tier: SecretTier,
    readonly failure: SecretFailure,
    readonly skipped: readonly Skipped[],
  ) {
    super(failure.reason);
  }
}

/** Its message may quote what the tier answered, so it is not repeated. */
function unusable(error: unknown): SecretFailure {
  const name = error instanceof Error ? error.name : "error";
  return wrong(`its answer can't be read (${name})`, "Check that its address and version are right");
}

function checked(
  fields: Fields,
  { path, field }: SecretReference,
  tier: SecretTier,
  skipped: readonly Skipped[],
): string {
  const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
  const failure = value ? flawOf(value) : (tier.missing?.(path, field) ?? missing(path, field, fields));
  if (failure) throw new TierFailure(tier, failure, skipped);
  return value ?? "";
}

function missing(path: string, field: string, fields: Fields): SecretFailure {
  const known = Object.keys(fields).sort().join(", ");
  return notFound(`${path} has no field ${field}`, `Its fields are: ${known || "none"}`);
}

function flawOf(value: string): SecretFailure | undefined {
  const size = Buffer.byteLength(value);
  if (size > largest) return wrong(`it has ${String(size)} bytes`, `At most ${String(largest)} can be handed over`);
  return value.includes("\0") ? wrong("it holds a NUL byte", "Keep binary data in base64") : undefined;
}

/** The value of a secret in offline runs. */
function madeUp(secret: SecretReference): string {
  return `offline-${createHash("sha256").update(secret.toString()).digest("hex").slice(0, 24)}`;
}

/** What a user should know of where secrets came from. Values are not in it. */
export function originNotes(resolved: readonly Resolved[]): string[] {
  if (resolved.length === 0) return [];
  if (resolved[0]?.from === "offline")
    return [`${counted(resolved.length)} made up, since the run is offline; no secret store was asked`];
  const tiers = new Map<string, number>();
  for (const { from, where } of resolved) tiers.set(`${from} (${where})`, (tiers.get(`${from} (${where})`) ?? 0) + 1);
  const skipped = resolved.flatMap((each) => each.skipped);
  const short = resolved.filter(({ value }) => value.length < shortest).length;
  return [
    `${counted(resolved.length)} from ${[...tiers].map(([tier, count]) => (tiers.size > 1 ? `${tier}: ${String(count)}` : tier)).join(", ")}`,
    ...new Set(
      skipped.map(
        ({ tier, reason }) => `${tier.name} (${tier.where}) is unavailable: ${reason}; the next secret store was asked`,
      ),
    ),
    ...(short > 0
      ? [`${counted(short)} shorter than ${String(shortest)} characters, so too short to be hidden in texts`]
      : []),
  ];
}

function counted(count: number): string {
  return count === 1 ? "1 secret is" : `${String(count)} secrets are`;
}
