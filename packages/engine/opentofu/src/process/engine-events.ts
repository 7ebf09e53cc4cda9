import { parseJson } from "@infra/inventory";
import { z } from "zod";

const resource = z.object({ addr: z.string(), resource_type: z.string() });
const action = z.string();
const diagnosticSchema = z.object({
  severity: z.enum(["error", "warning"]),
  summary: z.string(),
  detail: z.string().optional(),
  address: z.string().optional(),
  /** The expression that it is about. Its values may be secret, and are not read. */
  snippet: z
    .object({
      code: z.string(),
      values: z
        .array(z.object({ traversal: z.string() }))
        .nullish()
        .transform((all) => all ?? []),
    })
    .nullish(),
});

/** The lines of the engine's `-json` output that are used; all others are read over. */
const eventSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("planned_change"), change: z.object({ resource, action }) }),
  z.object({ type: z.literal("resource_drift"), change: z.object({ resource, action }) }),
  z.object({ type: z.literal("apply_start"), hook: z.object({ resource, action }) }),
  z.object({
    type: z.literal("apply_complete"),
    hook: z.object({ resource, action, id_value: z.string().optional() }),
  }),
  z.object({ type: z.literal("apply_errored"), hook: z.object({ resource, action }) }),
  z.object({
    type: z.literal("change_summary"),
    changes: z.object({ add: z.number(), change: z.number(), remove: z.number(), operation: z.string() }),
  }),
  z.object({
    type: z.literal("diagnostic"),
    diagnostic: diagnosticSchema,
  }),
]);

/** Something that the engine reports while it works. */
export type EngineEvent = z.output<typeof eventSchema>;

/** A diagnostic of the engine or of a provider. */
export type Diagnostic = Extract<EngineEvent, { type: "diagnostic" }>["diagnostic"];

/** Reads one line of the engine's `-json` output. @returns undefined for lines that are not used or are no JSON */
export function parseEvent(line: string): EngineEvent | undefined {
  const parsed = eventSchema.safeParse(parseJson(line));
  return parsed.success ? parsed.data : undefined;
}

const markSchema = z.object({ type: z.string(), "@timestamp": z.string() });

/** That something was, and when. */
export interface EngineMark {
  /** `version`, `refresh_start`, `refresh_complete`, `planned_change`, … */
  readonly type: string;
  /** Milliseconds since 1970, with fractions. */
  readonly at: number;
}

/** Reads when a line of the engine's `-json` output was written. @returns undefined for lines that do not say it */
export function parseMark(line: string): EngineMark | undefined {
  const { data } = markSchema.safeParse(parseJson(line));
  const at = Date.parse(data?.["@timestamp"] ?? "");
  return data && !Number.isNaN(at) ? { type: data.type, at: at + fractionOf(data["@timestamp"]) } : undefined;
}

/** The part of a time below a millisecond, which dates leave out: `…:05.123456+00:00` → 0.456. */
function fractionOf(time: string): number {
  return Number(`0.${/\.\d{3}(\d+)/.exec(time)?.[1] ?? "0"}`);
}

/** The result of `validate -json`. */
export const validationSchema = z.object({
  valid: z.boolean(),
  diagnostics: z.array(diagnosticSchema),
});

const change = z.object({
  actions: z.array(z.string()),
  before: z.unknown(),
  after: z.unknown(),
  after_unknown: z.unknown(),
  before_sensitive: z.unknown(),
  after_sensitive: z.unknown(),
});
const resourceChange = z.object({ address: z.string(), change });

/** A planned or drifted resource in `show -json`. */
export type ShownChange = z.output<typeof resourceChange>;

/** The parts of `show -json <plan>` that are used. */
export const shownPlanSchema = z.object({
  resource_changes: z.array(resourceChange).default([]),
  resource_drift: z.array(resourceChange).default([]),
});

const outputsSchema = z.record(z.string(), z.object({ sensitive: z.boolean(), value: z.unknown() }));

/** The outputs of one deployment, as the engine tells them. */
export type OutputValues = z.output<typeof outputsSchema>;

/** Reads the result of `output -json`. @returns undefined when it is none */
export function parseOutputs(text: string): OutputValues | undefined {
  return outputsSchema.safeParse(parseJson(text)).data;
}

/**
 * Why the answer of an engine's command is of no use, for a problem.
 * @param command The command, such as `show -json`.
 * @param stderr What the engine printed beside it: its own reason comes first.
 */
export function unreadableAnswer(command: string, stderr: string): string {
  return stderr.trim() || `what "${command}" of the engine printed cannot be read`;
}
