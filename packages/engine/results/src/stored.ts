import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type DeploymentResult, type Verb, verbs } from "./result.js";

const FORMAT = "infra-result";

/** Verbs whose results are written down. Outputs are not: nothing may mark a secret in them, and `synth` says nothing to report. */
export const reportedVerbs = [
  "validate",
  "policy",
  "plan",
  "apply",
  "destroy",
  "drift",
] as const satisfies readonly Verb[];

/** A verb whose results are written down. */
export type ReportedVerb = (typeof reportedVerbs)[number];

const count = z.int().min(0);

const placeSchema = z.object({
  file: z.string(),
  line: z.int(),
  column: z.int(),
  endColumn: z.int().optional(),
});

const problemSchema = z.object({
  message: z.string(),
  remedy: z.string(),
  path: z.string().optional(),
  place: placeSchema.optional(),
});

const findingSchema = problemSchema.extend({ rule: z.string(), level: z.literal("error"), address: z.string() });

const changeSchema = z.object({
  address: z.string(),
  action: z.enum(["create", "update", "replace", "delete"]),
  place: z.string().optional(),
  attributes: z.array(z.object({ path: z.string(), before: z.string(), after: z.string() })).optional(),
});

/** One deployment's result, as it comes from a file. */
export const resultSchema = z.object({
  id: z.string(),
  environment: z.string(),
  name: z.string(),
  stack: z.string(),
  provider: z.string(),
  status: z.enum(["unchanged", "changed", "applied", "waiting", "failed", "done"]),
  counts: z.object({ create: count, update: count, replace: count, delete: count }),
  changes: z.array(changeSchema),
  ignored: z.array(changeSchema).optional(),
  seconds: z.number().min(0),
  problems: z.array(problemSchema),
  findings: z.array(findingSchema).optional(),
  warnings: z.array(problemSchema).optional(),
  notes: z.array(z.string()),
  outputs: z.record(z.string(), z.unknown()).optional(),
  text: z.string(),
}) satisfies z.ZodType<DeploymentResult>;

/** A whole run, as `infra <verb> --json` prints it. */
export const runResultSchema = z.object({
  verb: z.enum(verbs),
  results: z.array(resultSchema),
  notes: z.array(z.string()).optional(),
});

/** What is known of a deployment beside its result. */
export const originSchema = z.object({
  /** Ids of the deployments that it refers to. */
  references: z.array(z.string()),
  /** The inventory files that it is merged from, relative to the workspace. */
  files: z.array(z.string()),
  /** The npm package, or the folder, of its stack. */
  package: z.string(),
});

/** What is known of a deployment beside its result: upstream deployments, inventory files, package. */
export type Origin = z.output<typeof originSchema>;

/** A result as it lies in a file of `.infra/results`. */
export const storedResultSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(1),
  /** Which run it is part of; several processes may share one. */
  run: z.string(),
  verb: z.enum(reportedVerbs),
  /** When the deployment was done, ISO 8601. */
  time: z.iso.datetime(),
  offline: z.boolean(),
  /** Git commit of the workspace. @default - it is no repository */
  commit: z.string().optional(),
  origin: originSchema,
  result: resultSchema,
});

/** A result with what is needed to report it later. */
export type StoredResult = z.output<typeof storedResultSchema>;

/** Does parsed JSON claim to be a stored result, of whatever version? */
export function isStoredResult(value: unknown): boolean {
  return z.object({ format: z.literal(FORMAT) }).safeParse(value).success;
}

/** The folder of all stored results of a workspace. */
export function resultsFolder(root: string): string {
  return join(root, ".infra", "results");
}

/** Writes a result to `<folder>/<verb>/<environment>/<name>.json`, in place of an older one. */
export async function storeResult(
  folder: string,
  stored: Omit<StoredResult, "format" | "version" | "result"> & { readonly result: DeploymentResult },
): Promise<void> {
  const { verb, result } = stored;
  const directory = join(folder, verb, result.environment);
  mkdirSync(directory, { recursive: true });
  const file = { format: FORMAT, version: 1, ...stored };
  const { replaceFile } = await import("@infra/io");
  await replaceFile(directory, `${result.name}.json`, Buffer.from(`${JSON.stringify(file, null, 2)}\n`));
}
