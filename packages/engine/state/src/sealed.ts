import { timingSafeEqual } from "node:crypto";

/** What every sealed state begins with. */
export const sealedMagic = Buffer.from("infra-sealed-state\n");

/** Encrypts between the wire and the store, for engines that have no state encryption of their own. */
export interface StateCipher {
  /** Encrypts; every call gives other bytes. */
  seal(plain: Uint8Array): Promise<Buffer>;
  /** Decrypts and verifies. Throws a `StateError` for another key, changed bytes, or bytes that are not sealed. */
  open(sealed: Uint8Array): Promise<Buffer>;
}

/** Whether bytes carry the header of a sealed state. */
export function isSealed(bytes: Uint8Array): boolean {
  return bytes.length > sealedMagic.length && timingSafeEqual(bytes.subarray(0, sealedMagic.length), sealedMagic);
}
