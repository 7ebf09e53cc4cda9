import type { SecretFailure } from "../failure.js";

/** Names of the tiers, in the order in which they are asked. */
export const tierNames = ["vault", "1password", "sops", "environment"] as const;

/** Name of a tier. */
export type TierName = (typeof tierNames)[number];

/** The values at a path, by field. */
export type Fields = Readonly<Record<string, string>>;

/**
 * A store of secrets. All functions throw {@link SecretFailure} that says whether the tier could not be asked, or what it
 * answered; no error and no text of a tier holds a value.
 */
export interface SecretTier {
  readonly name: TierName;
  /** Which one: its address, its folder. Shown to users. */
  readonly where: string;
  /** Can it be asked, and does it accept who asks? @returns what a user wants to know about it, in a clause */
  check(): Promise<string>;
  /**
   * Reads the values at a path.
   *
   * @param fields The fields that the run wants from the path; a tier may give more, or fewer.
   */
  read(path: string, fields: readonly string[]): Promise<Fields>;
  /** Whether a path is there, without making anything. @default - by reading it */
  has?(path: string, fields: readonly string[]): Promise<readonly string[]>;
  /** Says that a path has no such field. @default - in general words, with the fields that it has */
  missing?(path: string, field: string): SecretFailure;
  /** Puts values beside the others of a path. @default - the tier can't be written to */
  write?(path: string, fields: Fields): Promise<void>;
  /** Whether the values at a path are made for who asks, and end with the run. @default - they never are */
  isDynamic?(path: string): boolean;
  /** Ends what belongs to the run: credentials that were made for it, sessions. @returns what could not be ended, and why */
  close?(): Promise<readonly string[]>;
}
