import type { Engine } from "@infra/opentofu";
import type { StateCipher } from "@infra/state";
import { KeyRing } from "./key-ring.js";
import { passphraseKey, type StateKeys } from "./state-keys.js";
import { oldPassphraseVariable, passphraseVariable } from "@infra/secrets";

/** How the state and the plans of one deployment are encrypted. */
export interface Encryption {
  /** Environment of an engine that encrypts by itself. */
  readonly env: Readonly<Record<string, string>>;
  /** For an engine that can't: what the state service and the saved plan are sealed with. */
  readonly cipher?: StateCipher;
  /** For an engine that encrypts by itself: what it can read of stored bytes, which may be under a key before. */
  readonly forEngine?: (bytes: Buffer) => Promise<Buffer>;
  /** Are states and plans encrypted at all? Only offline runs may go without. */
  readonly on: boolean;
  /** What to do when a state can't be decrypted. */
  readonly remedy: string;
  /** What nobody knows who has not the key. */
  readonly pepper: () => Promise<string>;
}

function remedyOf(key: string | undefined): string {
  const before = `${oldPassphraseVariable} for a passphrase before; infra state rekey moves everything to the present key`;
  if (key === undefined || key === "passphrase")
    return `Set ${passphraseVariable} to the passphrase that the state was written with, or ${before}`;
  return `It is not encrypted with ${key}: set ${before}`;
}

/** What the encryption of a run is made from. */
export interface EncryptionSource {
  readonly engine: Engine;
  readonly offline: boolean;
  readonly keys: StateKeys;
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/** The encryption of a run's deployments: OpenTofu's own, or, for Terraform, the state service's. */
export class Encryptions {
  private readonly known = new Map<string, Promise<Encryption>>();

  constructor(private readonly source: EncryptionSource) {}

  /** The same for another engine. */
  with(engine: Engine): Encryptions {
    return new Encryptions({ ...this.source, engine });
  }

  /** Finds out before anything is done that a passphrase is missing. @throws InfraError when it is, or is too short */
  check(ids: readonly string[]): void {
    const { offline, keys } = this.source;
    if (offline) return void this.offlineRing();
    keys.check(ids, "To try without an account: --offline, with make OFFLINE=1");
  }

  /**
   * How a deployment is encrypted. Its key is asked for now, so that no change begins without it, and kept for the run.
   *
   * @throws InfraError when the key can't be had: no other one is taken instead
   */
  of(id: string): Promise<Encryption> {
    const known = this.known.get(id) ?? this.make(id);
    this.known.set(id, known);
    return known;
  }

  private async make(id: string): Promise<Encryption> {
    const { engine, offline, keys } = this.source;
    const ring = offline ? this.offlineRing() : keys.of(id);
    const remedy = remedyOf(ring?.key.name);
    if (!ring) return { env: {}, on: false, remedy, pepper: () => Promise.resolve("") };
    const common = { on: true, remedy, pepper: () => ring.key.pepper() };
    if (engine.name === "terraform") {
      await ring.key.fresh("service");
      return { env: {}, cipher: ring.cipher, ...common };
    }
    if (!offline && keys.kindOf(id) === "transit") await ring.key.fresh("engine");
    return { env: await ring.engineEnv(), forEngine: (bytes) => ring.forEngine(bytes), ...common };
  }

  /** The emulated cloud holds no secret, and asks no Vault. */
  private offlineRing(): KeyRing | undefined {
    const { env } = this.source;
    return env[passphraseVariable] ? new KeyRing(passphraseKey(env)) : undefined;
  }
}
