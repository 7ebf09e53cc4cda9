import { createHash } from "node:crypto";
import { parseJson } from "@infra/inventory";
import { z } from "zod";
import type { StatePointer } from "./store.js";

const POINTER_NAME = /^(\d{8,15})\.json$/;

const OBJECT_KEY = /^\d{8,16}-[0-9a-f]{16}\.tfstate$/;

const pointerSchema = z.strictObject({
  version: z.int().min(1),
  lineage: z.string().min(1),
  serial: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  key: z.string().regex(OBJECT_KEY),
  written: z.iso.datetime(),
  restoredFrom: z.int().min(1).optional(),
  heldIn: z.literal("consul").optional(),
});

/** Name of the file beside the pointers that says that the state was moved, and where to. */
export const MOVED = "moved";

/** `00000007.json` */
export function pointerName(version: number): string {
  return `${String(version).padStart(8, "0")}.json`;
}

/** Numbers of the pointers among these names, ascending. */
export function pointerNumbers(names: readonly string[]): number[] {
  const matches = names.map((name) => POINTER_NAME.exec(name)?.[1]);
  return matches.flatMap((digits) => (digits === undefined ? [] : [Number(digits)])).sort((a, b) => a - b);
}

/** `00000012-0123456789abcdef.tfstate` */
export function objectKey(serial: number, sha256: string): string {
  return `${String(serial).padStart(8, "0")}-${sha256.slice(0, 16)}.tfstate`;
}

/** Whether a name is one of {@link objectKey}. */
export function isObjectKey(name: string): boolean {
  return OBJECT_KEY.test(name);
}

/** The text that a pointer is stored as. */
export function formatPointer(pointer: StatePointer): string {
  return `${JSON.stringify(pointer, null, 2)}\n`;
}

/** Reads a stored pointer. @returns undefined when it is none */
export function parsePointer(text: Buffer | string): StatePointer | undefined {
  const parsed = pointerSchema.safeParse(parseJson(text.toString()));
  if (!parsed.success) return undefined;
  const { restoredFrom, heldIn, ...rest } = parsed.data;
  return { ...rest, ...(restoredFrom !== undefined && { restoredFrom }), ...(heldIn && { heldIn }) };
}

/** SHA-256 as 64 hex digits. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
