import { isSealed, KeyCipher, sealedWith, type StateCipher } from "../state/index.js";
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

  /** Variables with which OpenTofu encrypts states and plans, and nothing else. */
  async engineEnv(): Promise<Record<string, string>> {
    const providers = await Promise.all([this.key, ...this.fallbacks].map((key) => key.provider()));
    const named = providers.map((provider, index) => ({
      ...provider,
      name: index === 0 ? "infra" : `old${String(index)}`,
    }));
    const key_provider: Record<string, Record<string, object>> = {};
    for (const { type, name, settings } of named)
      (key_provider[type] ??= {})[name] = { ...settings, encrypted_metadata_alias: metadataAlias };
    const method = Object.fromEntries(named.map(({ type, name }) => [name, { keys: `key_provider.${type}.${name}` }]));
    const target = { ...targetOf(named.map(({ name }) => `method.aes_gcm.${name}`)), enforced: true };
    const encryption = { key_provider, method: { aes_gcm: method }, state: target, plan: target };
    return Object.assign(
      { TF_ENCRYPTION: JSON.stringify(encryption) },
      ...providers.map(({ env }) => env ?? {}),
    ) as Record<string, string>;
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

/** The first method encrypts; each next one only reads what those before it can't. */
function targetOf([method = "", ...more]: readonly string[]): object {
  return { method, ...(more.length > 0 ? { fallback: targetOf(more) } : {}) };
}
