import type { z } from "zod";
import type { DeploymentStack } from "./deployment-stack.js";

/** A stack: the configuration that it takes, and how it composes modules. */
export interface StackDefinition<S extends z.ZodType = z.ZodType> {
  readonly config: S;
  /** Composes modules; what it returns becomes the outputs, one per key. */
  readonly build: (stack: DeploymentStack, config: z.output<S>) => Readonly<Record<string, unknown>>;
}

const mark = Symbol.for("@infra/stack");

/** Declares a stack; a stack package exports it as its default. */
export function defineStack<S extends z.ZodType>(definition: StackDefinition<S>): StackDefinition<S> {
  return Object.defineProperty({ ...definition }, mark, { value: true });
}

/** Was the value made by `defineStack`, of this or of another copy of this package? */
export function isStackDefinition(value: unknown): value is StackDefinition {
  return typeof value === "object" && value !== null && mark in value;
}
