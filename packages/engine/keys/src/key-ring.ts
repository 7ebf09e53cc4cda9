import { isSealed, type StateCipher } from "@infra/state";
import { KeyCipher, sealedWith } from "./cipher.js";
import {
  engineSource,
  isEngineEncrypted,
  metadataAlias,
  openEnginePayload,
  sealEnginePayload,
} from "./opentofu-format.js";
import { type KeySource, type StateKey, versionOf } from "./state-key.js";

/** What was found of stored bytes. */
export interface Opened {
  readonly plain: Buffer;
  /** The key that opened them. */
  readonly key: StateKey;
  /** Its version. @default - it has none */
  readonly version?: number;
}

/** The key of one deployment's states and plans, and those that older ones may still be under. */
export class KeyRing {
  /** Encrypts for engines that can't. */
  readonly cipher: StateCipher;

  /**
   * @param key Encrypts, and opens what it encrypted.
   * @param fallbacks Only open, what `key` can't.
   */
  constructor(
    readonly key: StateKey,
    readonly fallbacks: readonly StateKey[] = [],
  ) {
    this.cipher = new KeyCipher(key, fallbacks);
  }

  /** Variables with which OpenTofu encrypts states and plans with the present key, and accepts nothing else. */
  async engineEnv(): Promise<Record<string, string>> {
    const { type, settings, env } = await this.key.provider();
    const provider = { infra: { ...settings, encrypted_metadata_alias: metadataAlias } };
    const target = { method: "method.aes_gcm.infra", enforced: true };
    const encryption = {
      key_provider: { [type]: provider },
      method: { aes_gcm: { infra: { keys: `key_provider.${type}.infra` } } },
      state: target,
      plan: target,
    };
    return { TF_ENCRYPTION: JSON.stringify(encryption), ...env };
  }

  /**
   * What OpenTofu can read with the present key: bytes that are under a key before are encrypted again. OpenTofu's own `fallback` can't
   * do it: its two key providers may not share the name that every state has for them.
   */
  async forEngine(bytes: Buffer): Promise<Buffer> {
    if (!isSealed(bytes) && (this.fallbacks.length === 0 || !isEngineEncrypted(bytes))) return bytes;
    const opened = await this.open(bytes);
    if (!opened || (opened.key === this.key && !isSealed(bytes))) return bytes;
    return await sealEnginePayload(opened.plain, this.key);
  }

  /**
   * Opens a state or a plan, whoever encrypted it.
   *
   * @returns undefined when none of the keys is the right one, or the bytes were changed
   * @throws InfraError when a key can't be asked for; StateError when the bytes are not encrypted in a known way
   */
  async open(bytes: Buffer): Promise<Opened | undefined> {
    const source = sourceOf(bytes);
    for (const key of [this.key, ...this.fallbacks]) {
      if (!(await key.find(source))) continue;
      const plain = await openWith(bytes, key);
      const version = versionOf(source);
      if (plain) return { plain, key, ...(version === undefined ? {} : { version }) };
    }
    return undefined;
  }

  /** Encrypts again what was opened, in the format that it had, with a new data key of {@link key}. */
  async seal(plain: Buffer, like: Buffer): Promise<Buffer> {
    return isSealed(like) ? await this.cipher.seal(plain) : await sealEnginePayload(plain, this.key);
  }
}

/** Where the key of encrypted bytes comes from. @throws StateError when they are not encrypted in a known way */
export function sourceOf(bytes: Buffer): KeySource {
  return isSealed(bytes) ? sealedWith(bytes) : engineSource(bytes);
}

/** Whether bytes are encrypted in a known way. */
export function isEncrypted(bytes: Buffer): boolean {
  return isSealed(bytes) || isEngineEncrypted(bytes);
}

async function openWith(bytes: Buffer, key: StateKey): Promise<Buffer | undefined> {
  if (!isSealed(bytes)) return await openEnginePayload(bytes, key);
  return await new KeyCipher(key).open(bytes).catch(() => undefined);
}
