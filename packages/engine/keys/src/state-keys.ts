import { type EncryptionSettings, infraError, type StateSettings } from "@infra/inventory";
import { oldPassphraseVariable, passphraseVariable, type Secrets, VaultTier } from "@infra/secrets";
import { KeyRing } from "./key-ring.js";
import { PassphraseKey } from "./passphrase-key.js";
import type { StateKey } from "./state-key.js";
import { TransitKey } from "./transit-key.js";
import { Transit } from "./transit.js";

/** What says with which key each state is encrypted. */
export interface KeySources {
  readonly product: string;
  /** Settings by deployment; others are encrypted with the passphrase. */
  readonly states: ReadonlyMap<string, StateSettings>;
  /** Knows the Vault that keeps the keys. */
  readonly secrets: Pick<Secrets, "tiers">;
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/** The keys of a product's states; none is asked for before it is needed. */
export class StateKeys {
  private readonly rings = new Map<string, KeyRing>();

  constructor(private readonly sources: KeySources) {}

  /** How a deployment's state is encrypted, as the inventory says it. */
  kindOf(id: string): EncryptionSettings["kind"] {
    return this.settingsOf(id).kind;
  }

  /**
   * The keys of a deployment. There is no other way to encrypt its state: nothing falls back to another key, or to none.
   *
   * @throws InfraError when there is no passphrase, or no Vault
   */
  of(id: string): KeyRing {
    const ring = this.rings.get(id) ?? this.ringOf(id);
    this.rings.set(id, ring);
    return ring;
  }

  /**
   * Finds out before anything is done that a passphrase is missing.
   *
   * @param instead What else may be done. @default - nothing
   * @throws InfraError when it is, or is too short
   */
  check(ids: readonly string[], instead?: string): void {
    if (ids.some((id) => this.kindOf(id) === "passphrase")) passphraseKey(this.sources.env, instead);
  }

  /** The same keys, with nothing remembered of them. @throws InfraError */
  anew(id: string): KeyRing {
    return this.ringOf(id);
  }

  /** The key of Vault that encrypts a deployment's state. @returns undefined when the passphrase does */
  transitOf(id: string): Transit | undefined {
    const settings = this.settingsOf(id);
    return settings.kind === "transit" ? this.transit(id, settings) : undefined;
  }

  private settingsOf(id: string): EncryptionSettings {
    return this.sources.states.get(id)?.encryption ?? { kind: "passphrase" };
  }

  private ringOf(id: string): KeyRing {
    const settings = this.settingsOf(id);
    const old = this.sources.env[oldPassphraseVariable];
    const fallbacks: StateKey[] = old ? [new PassphraseKey(old, oldPassphraseVariable, "old passphrase")] : [];
    if (settings.kind === "transit") return new KeyRing(new TransitKey(this.transit(id, settings)), fallbacks);
    if (settings.fallback) fallbacks.push(new TransitKey(this.transit(id, settings.fallback)));
    return new KeyRing(passphraseKey(this.sources.env), fallbacks);
  }

  private transit(id: string, { mount = "transit" }: Pick<EncryptionSettings, "mount">): Transit {
    const vault = this.sources.secrets.tiers.find((tier) => tier instanceof VaultTier);
    if (!vault)
      throw infraError(
        `the state of ${id} is encrypted with a key of Vault, and no address of Vault is known`,
        "Set VAULT_ADDR, or name it in inventory/product.yaml: secrets: { vault: { address: … } }",
      );
    return new Transit(vault, mount, transitKeyName(this.sources.product, id));
  }
}

/** The name of the key of a deployment's state: no part of it holds a dot. */
export function transitKeyName(product: string, id: string): string {
  return [product, ...id.split("/")].join(".");
}

/** The key from the passphrase of the environment. @param instead What else may be done. @throws InfraError when there is none */
export function passphraseKey(env: Readonly<NodeJS.ProcessEnv>, instead?: string): PassphraseKey {
  const passphrase = env[passphraseVariable];
  if (passphrase) return new PassphraseKey(passphrase, passphraseVariable);
  throw infraError(
    `${passphraseVariable} is not set: states are never written in clear`,
    `Set it to a passphrase of 16 characters or more, for example from: openssl rand -base64 32${instead === undefined ? "" : `. ${instead}`}`,
  );
}
