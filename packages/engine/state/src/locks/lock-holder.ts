import { randomUUID } from "node:crypto";
import { parseJson } from "@infra/inventory";
import { z } from "zod";
import type { LockHolder } from "./lock.js";
import { thisProcess } from "./process-identity.js";

const holderSchema = z.object({
  id: z.string().min(1),
  operation: z.string(),
  deployment: z.string(),
  user: z.string(),
  host: z.string(),
  pid: z.int().min(1),
  processStart: z.string().optional(),
  pidNamespace: z.string().optional(),
  since: z.string(),
});

/** This process as the holder of a lock. */
export function newHolder(deployment: string, operation: string): LockHolder {
  return { id: randomUUID(), operation, deployment, ...thisProcess(), since: new Date().toISOString() };
}

/** Reads a holder. One that can't be read may be a live run: it counts as one on a host that can't be judged. */
export function parseHolder(text: string | undefined, deployment: string): LockHolder {
  const parsed = holderSchema.safeParse(text === undefined ? undefined : parseJson(text));
  if (parsed.success) return withoutUndefined(parsed.data);
  const unknown = "unknown";
  return { id: unknown, operation: unknown, deployment, user: unknown, host: "", pid: 1, since: unknown };
}

function withoutUndefined({ processStart, pidNamespace, ...rest }: z.infer<typeof holderSchema>): LockHolder {
  return {
    ...rest,
    ...(processStart !== undefined && { processStart }),
    ...(pidNamespace !== undefined && { pidNamespace }),
  };
}
