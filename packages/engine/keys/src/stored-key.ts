import { identifyState } from "@infra/state";
import { isEncrypted, type KeyRing, type Opened, sourceOf } from "./key-ring.js";
import { RetiredVersion } from "./transit.js";

/** Something stored that is, or should be, encrypted with a deployment's key. */
export interface StoredItem {
  /** `version 12`, `saved plan`. */
  readonly what: string;
  /** A path, or the address in the store. */
  readonly where: string;
}

/** With which key something is encrypted. */
export interface StoredKey extends StoredItem {
  /** `transit/acme.production.compute v2`, `old passphrase`, `none: it is in clear`. */
  readonly key: string;
  /** Is it encrypted with the newest version of the present key? */
  readonly present: boolean;
  /** What to do about it. @default - infra state rekey takes care of it, or nothing is to be done */
  readonly remedy?: string;
}

/** Whether something that was opened is encrypted with the newest version of the present key. */
export async function isPresent(ring: KeyRing, { key, version }: Opened): Promise<boolean> {
  return key === ring.key && version === (await ring.key.newest());
}

/** Finds out with which key bytes are encrypted: by opening them. @throws InfraError when the service of a key can't be asked */
export async function storedKey(ring: KeyRing, item: StoredItem, bytes: Buffer): Promise<StoredKey> {
  if (!isEncrypted(bytes)) return { ...item, ...inClear(bytes), present: false };
  try {
    const opened = await ring.open(bytes);
    if (opened) return { ...item, key: named(opened), present: await isPresent(ring, opened) };
  } catch (error) {
    if (!(error instanceof RetiredVersion)) throw error;
    return { ...item, key: error.message, present: false, remedy: error.problems[0]?.remedy ?? "" };
  }
  const { kdf } = sourceOf(bytes);
  const what = kdf === "transit" ? "another key of Vault" : "another passphrase";
  return { ...item, key: `${what}, or its bytes were changed`, present: false, remedy: unopenedRemedy(kdf) };
}

function named({ key, version }: Opened): string {
  return version === undefined ? key.name : `${key.name} v${String(version)}`;
}

function unopenedRemedy(kdf: string): string {
  if (kdf !== "transit") return "Set INFRA_STATE_PASSPHRASE_OLD to the passphrase that it was written with";
  return "Let the inventory name its key: state: { encryption: { kind: passphrase, fallback: { kind: transit } } }";
}

function inClear(bytes: Buffer): { key: string; remedy: string } {
  if (identifyState(bytes)) return { key: "none: it is in clear", remedy: "Remove it, and change the secrets in it" };
  return { key: "unknown: it is no state and no plan", remedy: "Look at it, then remove it" };
}
