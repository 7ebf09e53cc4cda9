export { KeyCipher, PassphraseCipher } from "./cipher.js";
export { TransitKey } from "./transit-key.js";
export { type Encryption, Encryptions } from "./encryption.js";
export { isEncrypted, KeyRing } from "./key-ring.js";
export { vaultPolicy } from "./policy.js";
export { passphraseKey, StateKeys } from "./state-keys.js";
export { isPresent, type StoredItem, type StoredKey, storedKey } from "./stored-key.js";
export { KeyRefused, RetiredVersion, Transit } from "./transit.js";
