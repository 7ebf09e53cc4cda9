import { z } from "zod";

/** What OpenTofu sends with LOCK and UNLOCK, and prints to whoever is refused. */
export const lockInfoSchema = z.object({
  ID: z.string().min(1).max(256),
  Operation: z.string().max(256).default(""),
  Info: z.string().max(4096).default(""),
  Who: z.string().max(1024).default(""),
  Version: z.string().max(64).default(""),
  Created: z.string().max(64).default(""),
  Path: z.string().max(4096).default(""),
});

/** The engine's own description of a lock. */
export type EngineLock = z.infer<typeof lockInfoSchema>;

const identity = { serial: z.int().min(0), lineage: z.string().min(1).max(256) };

const clearState = z.looseObject({ ...identity, version: z.literal(4), terraform_version: z.string() });

const encryptedState = z.looseObject({
  ...identity,
  meta: z.record(z.string(), z.unknown()),
  encrypted_data: z.base64().min(1),
  encryption_version: z.string().min(1),
});

/** What a state says about itself. */
export interface StateIdentity {
  readonly serial: number;
  readonly lineage: string;
  /** Whether the engine encrypted it. */
  readonly encrypted: boolean;
}

/** Reads the identity of a state as the engine sends it. @returns undefined when the bytes are no state */
export function identifyState(bytes: Buffer): StateIdentity | undefined {
  const value = parseJson(bytes);
  const encrypted = typeof value === "object" && value !== null && "encrypted_data" in value;
  const parsed = (encrypted ? encryptedState : clearState).safeParse(value);
  return parsed.success ? { serial: parsed.data.serial, lineage: parsed.data.lineage, encrypted } : undefined;
}

/** Reads the body of LOCK and UNLOCK. @returns undefined when it is no lock information */
export function parseLockInfo(bytes: Buffer): EngineLock | undefined {
  const parsed = lockInfoSchema.safeParse(parseJson(bytes));
  return parsed.success ? parsed.data : undefined;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
