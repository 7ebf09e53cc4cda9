import { createCipheriv, createDecipheriv, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { z } from "zod";
import { sealError } from "./errors.js";

const MAGIC = Buffer.from("infra-sealed-state\n");
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MAX_HEADER_BYTES = 1024;
const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

/** scrypt's cost: 32 MiB and some 0.1 s. */
const COST = { N: 2 ** 15, r: 8, p: 1 } as const;

const headerSchema = z.strictObject({
  v: z.literal(1),
  cipher: z.literal("aes-256-gcm"),
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
  nonce: z.base64().length(16),
});

type Header = z.infer<typeof headerSchema>;

/** Encrypts between the wire and the store, for engines that have no state encryption of their own. */
export interface StateCipher {
  /** Encrypts; every call gives other bytes. */
  seal(plain: Uint8Array): Promise<Buffer>;
  /** Decrypts and verifies. Throws a `StateError` for another passphrase, changed bytes, or bytes that are not sealed. */
  open(sealed: Uint8Array): Promise<Buffer>;
}

/**
 * AES-256-GCM with a key from a passphrase by scrypt. The parameters are in a header of the sealed bytes, and
 * authenticated with them. A key is derived once per salt: once per session for writing, once for what others wrote.
 */
export class PassphraseCipher implements StateCipher {
  private readonly keys = new Map<string, Promise<Buffer>>();
  private readonly salt = randomBytes(SALT_BYTES).toString("base64");

  constructor(private readonly passphrase: string) {
    if (passphrase.length < 16) {
      throw sealError(
        `The passphrase has ${String(passphrase.length)} characters; at least 16 are needed`,
        "Choose a longer one.",
      );
    }
  }

  async seal(plain: Uint8Array): Promise<Buffer> {
    const nonce = randomBytes(NONCE_BYTES);
    const header: Header = {
      v: 1,
      cipher: "aes-256-gcm",
      kdf: "scrypt",
      ...COST,
      salt: this.salt,
      nonce: nonce.toString("base64"),
    };
    const preamble = Buffer.concat([MAGIC, Buffer.from(`${JSON.stringify(header)}\n`)]);
    const cipher = createCipheriv("aes-256-gcm", await this.key(header), nonce, { authTagLength: TAG_BYTES });
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
    const key = await this.key(header);
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(header.nonce, "base64"), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(bytes.subarray(0, end));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(end, bytes.length - TAG_BYTES)), decipher.final()]);
    } catch {
      throw sealError(
        "The stored state can't be decrypted: another passphrase, or changed bytes",
        "Use the passphrase it was written with.",
      );
    }
  }

  private key(header: Header): Promise<Buffer> {
    const { N, r, p, salt } = header;
    const id = JSON.stringify([N, r, p, salt]);
    let key = this.keys.get(id);
    if (!key) {
      key = derive(this.passphrase, Buffer.from(salt, "base64"), 32, { N, r, p, maxmem: 256 * N * r });
      this.keys.set(id, key);
    }
    return key;
  }
}

/** Whether bytes carry the header of a sealed state. */
export function isSealed(bytes: Uint8Array): boolean {
  return bytes.length > MAGIC.length && timingSafeEqual(bytes.subarray(0, MAGIC.length), MAGIC);
}

function parseHeader(bytes: Buffer): { header: Header; end: number } {
  const newline = bytes.subarray(0, MAX_HEADER_BYTES).indexOf("\n", MAGIC.length);
  const end = newline + 1;
  const parsed = headerSchema.safeParse(newline < 0 ? undefined : parseJson(bytes.subarray(MAGIC.length, newline)));
  if (!parsed.success || bytes.length < end + TAG_BYTES) {
    throw sealError("The stored state is damaged: its encryption header can't be read", "Restore an earlier version.");
  }
  return { header: parsed.data, end };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}
