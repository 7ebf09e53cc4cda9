import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { infraError, parseJson, setting } from "@infra/inventory";
import { z } from "zod";
import { passphraseVariable } from "@infra/secrets";
import { replaceFile } from "@infra/io";
import { PassphraseCipher } from "@infra/keys";
import { sha256Of, type StateCipher } from "@infra/state";

/** The environment variable that names who can open kept states: an age recipient, or several with commas between them. */
export const recipientVariable = "INFRA_AGE_RECIPIENT";

/** The environment variable that holds the age identity which opens kept states. */
export const identityVariable = "INFRA_AGE_IDENTITY";

const MAGIC = "infra-kept-state";

const headerSchema = z.strictObject({
  format: z.literal(MAGIC),
  deployment: z.string(),
  lineage: z.string(),
  serial: z.int().min(0),
  /** The version that it was to replace. */
  replaces: z.int().min(0),
  /** Hash of the state, before it was encrypted for this file. */
  sha256: z.string(),
  written: z.string(),
  /** Why it could not be recorded. */
  reason: z.string(),
  /** `service`: with the deployment's own key, by the state service; `engine`: with it, by the engine. */
  encryption: z.enum(["age", "passphrase", "service", "engine"]),
});

/** What is known of a state that could not be recorded. */
export type KeptState = z.output<typeof headerSchema>;

/** A state that could not be recorded, as the engine sent it. */
export type UnrecordedState = Pick<KeptState, "deployment" | "lineage" | "serial" | "replaces" | "reason"> & {
  readonly bytes: Buffer;
  /** Whether the engine encrypted it. */
  readonly encrypted: boolean;
};

/** Where a deployment's run keeps a state that could not be recorded. */
export function escapeFile(work: string): string {
  return join(work, "kept.tfstate");
}

/**
 * Keeps a state that could not be recorded: encrypted for the age recipient where one is set, else with the key of the run, which
 * needs no Vault any more. Never in clear.
 *
 * @param cipher Encrypts for an engine that can't. @default - the engine encrypted it
 * @returns the file
 * @throws InfraError when there is no way to encrypt it; nothing is written then
 */
export async function keepState(
  work: string,
  state: UnrecordedState,
  env: Readonly<NodeJS.ProcessEnv>,
  cipher?: StateCipher,
): Promise<string> {
  const { bytes, encrypted, ...known } = state;
  const { encryption, sealed } = await seal(bytes, encrypted, env, cipher);
  const written = new Date().toISOString();
  const header: KeptState = { format: MAGIC, ...known, sha256: sha256Of(bytes), written, encryption };
  mkdirSync(work, { recursive: true });
  await replaceFile(work, "kept.tfstate", Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), sealed]));
  return escapeFile(work);
}

/** What is known of the state that a run kept. @returns undefined when there is none */
export function keptState(work: string): KeptState | undefined {
  const file = escapeFile(work);
  return existsSync(file) ? split(file).header : undefined;
}

/**
 * The state that a run kept, as the engine sent it.
 *
 * @param cipher Opens what was kept with the deployment's own key.
 * @throws InfraError when it can't be opened
 */
export async function openKeptState(
  work: string,
  env: Readonly<NodeJS.ProcessEnv>,
  cipher: () => StateCipher,
): Promise<Buffer> {
  const file = escapeFile(work);
  const { header, body } = split(file);
  const bytes = header.encryption === "service" ? await cipher().open(body) : await open(file, header, body, env);
  if (sha256Of(bytes) === header.sha256) return bytes;
  throw infraError(`${file} is damaged: its state is not the one that was kept`, "Look for a copy of it");
}

/** Removes the state that a run kept: it is recorded. */
export function dropKeptState(work: string): void {
  rmSync(escapeFile(work), { force: true });
}

async function seal(
  bytes: Buffer,
  encrypted: boolean,
  env: Readonly<NodeJS.ProcessEnv>,
  cipher: StateCipher | undefined,
): Promise<{ encryption: KeptState["encryption"]; sealed: Uint8Array }> {
  const recipients = setting(env, recipientVariable)
    ?.split(/[\s,]+/)
    .filter(Boolean);
  if (recipients?.length) return { encryption: "age", sealed: await encryptFor(recipients, bytes) };
  if (encrypted) return { encryption: "engine", sealed: bytes };
  if (cipher) return { encryption: "service", sealed: await cipher.seal(bytes) };
  const remedy = `Set ${recipientVariable} before the next run`;
  throw infraError("the state could not be kept: there is nothing to encrypt it with", remedy);
}

async function encryptFor(recipients: readonly string[], bytes: Uint8Array): Promise<Uint8Array> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return await encrypter.encrypt(bytes);
}

async function open(
  file: string,
  { encryption }: KeptState,
  body: Buffer,
  env: Readonly<NodeJS.ProcessEnv>,
): Promise<Buffer> {
  if (encryption === "engine") return body;
  const variable = encryption === "age" ? identityVariable : passphraseVariable;
  const secret = env[variable];
  if (!secret) throw infraError(`${variable} is not set, and ${file} can't be opened without it`, "Set it");
  if (encryption === "passphrase") return await new PassphraseCipher(secret).open(body);
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  try {
    for (const identity of secret.split(/[\s,]+/).filter((line) => line.startsWith("AGE-SECRET-KEY-")))
      decrypter.addIdentity(identity);
    return Buffer.from(await decrypter.decrypt(body));
  } catch {
    throw infraError(`${file} can't be opened with the identity in ${identityVariable}`, "Use the recipient's own");
  }
}

function split(file: string): { header: KeptState; body: Buffer } {
  const bytes = readFileSync(file);
  const end = bytes.indexOf("\n");
  const parsed = headerSchema.safeParse(end < 0 ? undefined : parseJson(bytes.toString("utf8", 0, end)));
  if (parsed.success) return { header: parsed.data, body: bytes.subarray(end + 1) };
  throw infraError(`${file} is not a state that a run kept: its first line can't be read`, "Look for a copy of it");
}
