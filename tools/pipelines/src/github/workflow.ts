import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

const texts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));
const permissions = z.record(z.string(), z.enum(["read", "write", "none"]));
const concurrency = z.strictObject({ group: z.string(), "cancel-in-progress": z.boolean() });

const step = z.strictObject({
  id: z.string().optional(),
  name: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  shell: z.literal("bash").optional(),
  with: texts.optional(),
  env: texts.optional(),
});

const job = z.strictObject({
  name: z.string().optional(),
  needs: z.union([z.string().transform((name) => [name]), z.array(z.string())]).default([]),
  if: z.string().optional(),
  "runs-on": z.string(),
  "timeout-minutes": z.number(),
  strategy: z.unknown().optional(),
  environment: z.string().optional(),
  concurrency: concurrency.optional(),
  permissions,
  env: texts.default({}),
  steps: z.array(step),
});

const input = z.strictObject({
  description: z.string(),
  type: z.literal("string"),
  default: z.string(),
});

const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions,
  concurrency: concurrency.optional(),
  env: texts.default({}),
  defaults: z.strictObject({ run: z.strictObject({ shell: z.literal("bash") }) }).optional(),
  jobs: z.record(z.string(), job),
});

const call = z.strictObject({
  workflow_call: z.strictObject({
    inputs: z.record(z.string(), input),
    secrets: z.record(z.string(), z.strictObject({ description: z.string(), required: z.literal(false) })),
  }),
});

const caller = z.strictObject({
  on: z.record(z.string(), z.unknown()),
  permissions,
  jobs: z.record(
    z.string(),
    z.strictObject({ uses: z.string(), permissions, with: texts, secrets: z.literal("inherit") }),
  ),
});

const action = z.strictObject({
  name: z.string(),
  description: z.string(),
  inputs: z.record(z.string(), z.strictObject({ description: z.string(), default: z.string() })),
  runs: z.strictObject({ using: z.literal("composite"), steps: z.array(step) }),
});

/** A step of a job or of an action. */
export type Step = z.output<typeof step>;
/** A job. */
export type Job = z.output<typeof job>;
/** A workflow with jobs of its own. */
export type Workflow = z.output<typeof workflow>;
/** A workflow whose jobs call others. */
export type Caller = z.output<typeof caller>;

/** Reads a workflow. Whatever it has that the runner does not know is an error. */
export function readWorkflow(file: string): Workflow {
  return workflow.parse(parse(readFileSync(file, "utf8")));
}

/** The inputs and secrets of a workflow that others call. */
export function readCall(file: string): z.output<typeof call>["workflow_call"] {
  return call.parse((parse(readFileSync(file, "utf8")) as { on: unknown }).on).workflow_call;
}

/** Reads a workflow that calls others. */
export function readCaller(text: string): Caller {
  return caller.parse(parse(text));
}

/** Reads a composite action. */
export function readAction(file: string): z.output<typeof action> {
  return action.parse(parse(readFileSync(file, "utf8")));
}
