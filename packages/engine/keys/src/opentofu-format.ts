import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { parseJson } from "@infra/inventory";
import { z } from "zod";
import { sealError } from "@infra/state";
import type { KeySource, StateKey } from "./state-key.js";

/** Under this name OpenTofu keeps with each state and plan where its key comes from: it must stay as it is. */
export const metadataAlias = "infra";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const payloadSchema = z.object({
  serial: z.int().min(0).optional(),
  lineage: z.string().optional(),
  meta: z.object({ [metadataAlias]: z.base64() }),
  encrypted_data: z.base64().min(1),
  encryption_version: z.literal("v0"),
});

const pbkdf2Schema = z.object({
  salt: z.base64(),
  // Bounded, so that a forged state can't keep the processor busy for hours.
  iterations: z.int().min(1).max(1_000_000),
  hash_function: z.enum(["sha256", "sha512"]),
  key_length: z.union([z.literal(16), z.literal(24), z.literal(32)]),
});
const openbaoSchema = z.object({
  ciphertext: z
    .base64()
    .transform((text) => Buffer.from(text, "base64").toString())
    .pipe(z.string().regex(/^vault:v\d+:/)),
});

type Payload = z.output<typeof payloadSchema>;

/** Whether bytes are a state or a plan that OpenTofu encrypted. */
export function isEngineEncrypted(bytes: Buffer): boolean {
  return parsePayload(bytes) !== undefined;
}

/** Where the key of a state or a plan comes from that OpenTofu encrypted. @throws StateError when it does not say */
export function engineSource(bytes: Buffer): KeySource {
  return sourceOf(payloadOf(bytes));
}

/**
 * Opens what OpenTofu encrypted with AES-GCM, in its format `v0`.
 *
 * @returns undefined when the key is another one
 * @throws StateError when the bytes are not of that format
 */
export async function openEnginePayload(bytes: Buffer, key: StateKey): Promise<Buffer | undefined> {
  const payload = payloadOf(bytes);
  const material = await key.find(sourceOf(payload));
  const data = Buffer.from(payload.encrypted_data, "base64");
  if (!material || data.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const algorithm = material.length === 32 ? "aes-256-gcm" : material.length === 24 ? "aes-192-gcm" : "aes-128-gcm";
  const decipher = createDecipheriv(algorithm, material, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(data.subarray(data.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Encrypts a state or a plan as OpenTofu does. A state's serial and lineage stay readable. */
export async function sealEnginePayload(plain: Buffer, key: StateKey): Promise<Buffer> {
  const { bytes, source } = await key.fresh("engine");
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", bytes, nonce, { authTagLength: TAG_BYTES });
  const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  const state = z.object({ serial: z.int(), lineage: z.string() }).safeParse(parseJson(plain));
  const payload = {
    ...(state.success ? { serial: state.data.serial, lineage: state.data.lineage } : {}),
    meta: { [metadataAlias]: Buffer.from(JSON.stringify(metadataOf(source))).toString("base64") },
    encrypted_data: data.toString("base64"),
    encryption_version: "v0",
  };
  return Buffer.from(JSON.stringify(payload));
}

function sourceOf({ meta }: Payload): KeySource {
  const metadata = parseJson(Buffer.from(meta[metadataAlias], "base64"));
  const transit = openbaoSchema.safeParse(metadata);
  if (transit.success) return { kdf: "transit", wrapped: transit.data.ciphertext };
  const derived = pbkdf2Schema.safeParse(metadata);
  if (!derived.success) throw unreadable();
  const { salt, iterations, hash_function: hash, key_length: length } = derived.data;
  return { kdf: "pbkdf2", salt, iterations, hash, length };
}

function metadataOf(source: KeySource): object {
  if (source.kdf === "transit") return { ciphertext: Buffer.from(source.wrapped).toString("base64") };
  if (source.kdf === "scrypt") throw new Error("OpenTofu derives no key by scrypt");
  const { salt, iterations, hash, length } = source;
  return { salt, iterations, hash_function: hash, key_length: length };
}

function payloadOf(bytes: Buffer): Payload {
  const payload = parsePayload(bytes);
  if (payload) return payload;
  throw unreadable();
}

function parsePayload(bytes: Buffer): Payload | undefined {
  return bytes[0] === 0x7b ? payloadSchema.safeParse(parseJson(bytes)).data : undefined;
}

function unreadable() {
  const problem = "What was encrypted does not say in a known way where its key comes from";
  return sealError(problem, "Let the engine that wrote it open it.");
}
