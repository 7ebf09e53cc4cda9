import { randomUUID } from "node:crypto";
import { StateError } from "../errors.js";
import type { S3Bucket } from "./s3-bucket.js";

/**
 * Whether of several writers that create the same object at once exactly one succeeds.
 *
 * @param writers How many write. With one, a second write follows the first.
 */
export async function conditionalWrites(bucket: S3Bucket, writers = 1): Promise<{ honoured: boolean; won: number }> {
  const key = `probe/${randomUUID()}`;
  try {
    const won = await attempts(bucket, key, writers);
    // One after the other as well: a store may get only the race right, or only the sequence.
    const later = await attempts(bucket, key, 1);
    return { honoured: won === 1 && later === 0, won };
  } finally {
    await bucket.remove(key).catch(() => undefined);
  }
}

/** Refuses a store that does not keep writers apart by itself. */
export async function requireConditionalWrites(bucket: S3Bucket, deployment: string): Promise<void> {
  if ((await conditionalWrites(bucket)).honoured) return;
  throw new StateError(
    "refused",
    `The state of ${deployment} can't be written safely: ${bucket.place("")} overwrites objects in spite of "If-None-Match: *", so two runs could undo each other's work`,
    "Name a Consul in the inventory, `state: { consul: { address: … } }`, or use a store that honours conditional writes; planning is possible meanwhile.",
  );
}

async function attempts(bucket: S3Bucket, key: string, writers: number): Promise<number> {
  const created = await Promise.all(
    Array.from({ length: writers }, () => bucket.create(key, Buffer.from(randomUUID()))),
  );
  return created.filter(Boolean).length;
}
