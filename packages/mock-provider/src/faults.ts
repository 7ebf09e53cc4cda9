import { z } from "zod";

const fault = z
  .strictObject({
    /** The resource or data source type it hits; `*` is any. */
    type: z.string().min(1),
    /** The operation it hits; a data source is read. */
    operation: z.enum(["create", "read", "update", "delete"]),
    /** The text of the error that the operation then fails with. */
    error: z.string().min(1).optional(),
    /** How long the operation waits first, in milliseconds. */
    delayMs: z.int().min(0).max(3_600_000).optional(),
    /** How many operations it hits. @default - all */
    times: z.int().min(1).optional(),
  })
  .refine((value) => value.error !== undefined || value.delayMs !== undefined, {
    error: 'does nothing: give it an "error", a "delayMs" or both',
  });

/** Something that goes wrong, or slowly, in the emulated cloud. */
export type Fault = Readonly<z.infer<typeof fault>>;

/** What a resource operation does to the emulated cloud. */
export type Operation = Fault["operation"];

/**
 * Parses the faults of the environment variable `INFRA_FAULTS`, a JSON array; an empty text is no fault.
 * @throws Error that names the entry, what is wrong with it and what an entry looks like
 */
export function parseFaults(text: string): Fault[] {
  if (text.trim() === "") return [];
  const example = '[{"type":"hcloud_server","operation":"create","error":"no capacity","times":1}]';
  const fail = (reason: string): Error => new Error(`INFRA_FAULTS: ${reason}. Example: ${example}`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw fail(`${JSON.stringify(text)} is not JSON (${(cause as Error).message})`);
  }
  const parsed = z.array(fault).safeParse(json);
  if (parsed.success) return parsed.data;
  throw fail(parsed.error.issues.map((issue) => `${z.core.toDotPath(issue.path)}: ${issue.message}`).join("; "));
}

/** Raised in place of an operation that a fault makes fail. */
export class InjectedFault extends Error {
  constructor(type: string, operation: Operation, text: string) {
    super(`${text}\n\nThis error is injected: a fault says that "${operation}" of ${type} fails.`);
    this.name = "InjectedFault";
  }
}

/** The faults of one provider, with how often each may still strike. */
export class FaultInjector {
  readonly #left: { fault: Fault; times: number }[];

  constructor(faults: readonly Fault[]) {
    this.#left = faults.map((fault) => ({ fault, times: fault.times ?? Infinity }));
  }

  /**
   * Waits and fails as the faults for this operation say.
   * @throws InjectedFault
   */
  async strike(type: string, operation: Operation): Promise<void> {
    for (const entry of this.#left) {
      const { fault } = entry;
      if (entry.times <= 0 || fault.operation !== operation || (fault.type !== "*" && fault.type !== type)) continue;
      entry.times -= 1;
      if (fault.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
      if (fault.error !== undefined) throw new InjectedFault(type, operation, fault.error);
    }
  }
}
