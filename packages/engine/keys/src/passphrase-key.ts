import { pbkdf2, randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { infraError, literalTemplate } from "@infra/inventory";
import type { DataKey, KeyProvider, KeySource, Sealer, StateKey } from "./state-key.js";

type Cost = { N: number; r: number; p: number; maxmem: number };
const deriveScrypt = promisify<string, Buffer, number, Cost, Buffer>(scrypt);
const derivePbkdf2 = promisify(pbkdf2);

/** scrypt's cost: 32 MiB and some 0.1 s. */
const cost = { N: 2 ** 15, r: 8, p: 1 } as const;

/** Rounds of PBKDF2-HMAC-SHA512, as the OWASP Password Storage Cheat Sheet asks for; each engine call pays for them. */
const iterations = 210_000;
const bytes = 32;
const shortest = 16;

/** A key from a passphrase: by scrypt where the state service encrypts, by PBKDF2 where OpenTofu does. Derived once per salt. */
export class PassphraseKey implements StateKey {
  private readonly derived = new Map<string, Promise<Buffer>>();
  private readonly current = new Map<Sealer, Promise<DataKey>>();

  /**
   * @param variable Where it comes from, for messages.
   * @throws InfraError when it is too short.
   */
  constructor(
    private readonly passphrase: string,
    readonly variable = "the passphrase",
    readonly name = "passphrase",
  ) {
    if (passphrase.length < shortest)
      throw infraError(
        `${variable} has ${String(passphrase.length)} characters, ${String(shortest)} at least are needed`,
        "Use a longer passphrase",
      );
  }

  fresh(sealer: Sealer): Promise<DataKey> {
    const made = this.current.get(sealer) ?? this.make(sealer);
    this.current.set(sealer, made);
    return made;
  }

  async find(source: KeySource): Promise<Buffer | undefined> {
    if (source.kdf === "transit") return undefined;
    const id = JSON.stringify(source);
    const known = this.derived.get(id) ?? this.derive(source);
    this.derived.set(id, known);
    return await known;
  }

  newest(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  pepper(): Promise<string> {
    return Promise.resolve(this.passphrase);
  }

  provider(): Promise<KeyProvider> {
    const passphrase = literalTemplate(this.passphrase);
    return Promise.resolve({ type: "pbkdf2", settings: { passphrase, iterations } });
  }

  private async make(sealer: Sealer): Promise<DataKey> {
    const salt = randomBytes(sealer === "service" ? 16 : 32).toString("base64");
    const source: KeySource =
      sealer === "service"
        ? { kdf: "scrypt", ...cost, salt }
        : { kdf: "pbkdf2", salt, iterations, hash: "sha512", length: bytes };
    return { source, bytes: (await this.find(source)) ?? Buffer.alloc(0) };
  }

  private derive(source: Exclude<KeySource, { kdf: "transit" }>): Promise<Buffer> {
    const salt = Buffer.from(source.salt, "base64");
    if (source.kdf === "pbkdf2")
      return derivePbkdf2(this.passphrase, salt, source.iterations, source.length, source.hash);
    const { N, r, p } = source;
    return deriveScrypt(this.passphrase, salt, bytes, { N, r, p, maxmem: 256 * N * r });
  }
}
