import { infraError, literalTemplate } from "@infra/core/inventory";
import type { Engine } from "./binary/index.js";
import { PassphraseCipher, type StateCipher } from "./state/index.js";

/** The environment variable that holds the passphrase of states and plans. */
export const passphraseVariable = "INFRA_STATE_PASSPHRASE";

/** How the states and plans of a run are encrypted. */
export interface Encryption {
  /** Environment of an engine that encrypts by itself. */
  readonly env: Readonly<Record<string, string>>;
  /** For an engine that can't: what the state service and the saved plan are sealed with. */
  readonly cipher?: StateCipher;
  /** Are states and plans encrypted at all? Only offline runs may go without. */
  readonly on: boolean;
}

/**
 * The encryption of a run: OpenTofu's own, or, for Terraform, the state service's.
 *
 * @throws InfraError when a real run has no passphrase, or when it is too short.
 */
export function encryptionFor(engine: Engine, offline: boolean, env: Readonly<NodeJS.ProcessEnv>): Encryption {
  const passphrase = env[passphraseVariable];
  if (!passphrase) {
    if (offline) return { env: {}, on: false };
    throw infraError(
      `${passphraseVariable} is not set: states are never written in clear`,
      "Set it to a passphrase of 16 characters or more, for example from: openssl rand -base64 32",
    );
  }
  if (passphrase.length < 16)
    throw infraError(
      `${passphraseVariable} has ${String(passphrase.length)} characters, 16 at least are needed`,
      "Use a longer passphrase",
    );
  if (engine.name === "terraform") return { env: {}, cipher: new PassphraseCipher(passphrase), on: true };
  return { env: { TF_ENCRYPTION: JSON.stringify(openTofuEncryption(passphrase)) }, on: true };
}

/** Rounds of PBKDF2-HMAC-SHA512, as the OWASP Password Storage Cheat Sheet asks for; each engine call pays for them. */
const iterations = 210_000;

/** OpenTofu's encryption block. The metadata alias is part of every state: it must stay as it is. */
function openTofuEncryption(passphrase: string): object {
  const literal = literalTemplate(passphrase);
  const target = { method: "method.aes_gcm.infra", enforced: true };
  return {
    key_provider: { pbkdf2: { infra: { passphrase: literal, iterations, encrypted_metadata_alias: "infra" } } },
    method: { aes_gcm: { infra: { keys: "key_provider.pbkdf2.infra" } } },
    state: target,
    plan: target,
  };
}
