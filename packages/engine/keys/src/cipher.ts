import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { parseJson } from "@infra/inventory";
import { z } from "zod";
import { isSealed, sealedMagic, sealError, type StateCipher } from "@infra/state";
import { PassphraseKey } from "./passphrase-key.js";
import type { KeySource, StateKey } from "./state-key.js";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MAX_HEADER_BYTES = 1024;

const common = { v: z.literal(1), cipher: z.literal("aes-256-gcm"), nonce: z.base64().length(16) };

const headerSchema = z.discriminatedUnion("kdf", [
  z.strictObject({
    ...common,
    kdf: z.literal("scrypt"),
    // Bounded, so that a forged header can't ask for gigabytes of memory.
    N: z
      .int()
      .min(2)
      .max(2 ** 18)
      .refine((n) => (n & (n - 1)) === 0, "a power of two"),
    r: z.int().min(1).max(16),
    p: z.int().min(1).max(4),
    salt: z.base64().length(24),
  }),
  z.strictObject({ ...common, kdf: z.literal("transit"), wrapped: z.string().regex(/^vault:v\d+:[A-Za-z0-9+/=]+$/) }),
]);

type Header = z.infer<typeof headerSchema>;

/**
 * AES-256-GCM. Where the key comes from stands in a header of the sealed bytes, and is authenticated with them.
 *
 * @param key Seals, and opens what it sealed.
 * @param fallbacks Open what `key` can't.
 */
export class KeyCipher implements StateCipher {
  constructor(
    private readonly key: StateKey,
    private readonly fallbacks: readonly StateKey[] = [],
  ) {}

  async seal(plain: Uint8Array): Promise<Buffer> {
    const { bytes, source } = await this.key.fresh("service");
    const nonce = randomBytes(NONCE_BYTES);
    const header = headerSchema.parse({ v: 1, cipher: "aes-256-gcm", ...source, nonce: nonce.toString("base64") });
    const preamble = Buffer.concat([sealedMagic, Buffer.from(`${JSON.stringify(header)}\n`)]);
    const cipher = createCipheriv("aes-256-gcm", bytes, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(preamble);
    return Buffer.concat([preamble, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  async open(sealed: Uint8Array): Promise<Buffer> {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    if (!isSealed(bytes)) {
      const remedy = "Restore an encrypted version, or encrypt it by migrating the deployment.";
      throw sealError("The stored state is not encrypted, but encryption is required", remedy);
    }
    const { header, end } = parseHeader(bytes);
    for (const key of [this.key, ...this.fallbacks]) {
      const material = await key.find(sourceOf(header));
      const plain = material && decrypt(bytes, material, header, end);
      if (plain) return plain;
    }
    throw sealError(
      `The stored state can't be decrypted: another ${header.kdf === "transit" ? "key" : "passphrase"}, or changed bytes`,
      header.kdf === "transit" ? "Let its own key open it." : "Use the passphrase it was written with.",
    );
  }
}

/** A {@link KeyCipher} with a key from a passphrase by scrypt. */
export class PassphraseCipher extends KeyCipher {
  constructor(passphrase: string) {
    super(new PassphraseKey(passphrase, "The passphrase"));
  }
}

/** Where the key of sealed bytes comes from. @throws StateError when the header is damaged */
export function sealedWith(bytes: Buffer): KeySource {
  return sourceOf(parseHeader(bytes).header);
}

function sourceOf(header: Header): KeySource {
  if (header.kdf === "transit") return { kdf: "transit", wrapped: header.wrapped };
  const { kdf, N, r, p, salt } = header;
  return { kdf, N, r, p, salt };
}

function decrypt(bytes: Buffer, key: Buffer, { nonce }: Header, end: number): Buffer | undefined {
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"), { authTagLength: TAG_BYTES });
  decipher.setAAD(bytes.subarray(0, end));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(end, bytes.length - TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function parseHeader(bytes: Buffer): { header: Header; end: number } {
  const newline = bytes.subarray(0, MAX_HEADER_BYTES).indexOf("\n", sealedMagic.length);
  const end = newline + 1;
  const parsed = headerSchema.safeParse(
    newline < 0 ? undefined : parseJson(bytes.subarray(sealedMagic.length, newline)),
  );
  if (!parsed.success || bytes.length < end + TAG_BYTES) {
    throw sealError("The stored state is damaged: its encryption header can't be read", "Restore an earlier version.");
  }
  return { header: parsed.data, end };
}
