/** Where the key of encrypted bytes comes from; it stands in clear beside them. */
export type KeySource =
  | { readonly kdf: "scrypt"; readonly N: number; readonly r: number; readonly p: number; readonly salt: string }
  | {
      readonly kdf: "pbkdf2";
      readonly salt: string;
      readonly iterations: number;
      readonly hash: "sha256" | "sha512";
      readonly length: number;
    }
  | {
      readonly kdf: "transit";
      /** The key as Vault encrypted it: `vault:v<version>:…`. */
      readonly wrapped: string;
    };

/** 32 bytes that encrypt, and where they come from. */
export interface DataKey {
  readonly bytes: Buffer;
  readonly source: KeySource;
}

/** Who encrypts: the state service, for engines that can't, or OpenTofu. They derive keys in ways of their own. */
export type Sealer = "service" | "engine";

/** A block of OpenTofu's `key_provider`. */
export interface KeyProvider {
  readonly type: "pbkdf2" | "openbao";
  readonly settings: object;
  /** Variables of the engine that go with it. @default - none */
  readonly env?: Readonly<Record<string, string>>;
}

/** What states, plans and kept states are encrypted with. */
export interface StateKey {
  /** For reports: `passphrase`, `transit/acme.production.compute`. */
  readonly name: string;
  /** The data key for what is written from now on; the same one for the length of a run, also when its service is gone. */
  fresh(sealer: Sealer): Promise<DataKey>;
  /** The data key of stored bytes. @returns undefined when it comes from elsewhere for sure */
  find(source: KeySource): Promise<Buffer | undefined>;
  /** Its newest version, which encrypts. @returns undefined when it has no versions, or is not there yet */
  newest(): Promise<number | undefined>;
  /** A secret that stays the same as long as the key does: what is hashed with it can't be guessed by who has not the key. */
  pepper(): Promise<string>;
  /** How OpenTofu comes by the same key. */
  provider(): Promise<KeyProvider>;
}

/** What a source says about its key. @default - a passphrase says nothing */
export function versionOf(source: KeySource): number | undefined {
  const version = source.kdf === "transit" ? /^vault:v(\d+):/.exec(source.wrapped)?.[1] : undefined;
  return version === undefined ? undefined : Number(version);
}
