import { z } from "zod";
import type { Difference } from "./compact-schema.js";

const reason = z.strictObject({
  /** The name of the provider, such as `aws`. */
  provider: z.string(),
  /** Why the bindings differ from the schema: a sentence. */
  reason: z.string().min(20),
  /** By type (`*`: each) and path: `optional → required` is a difference of the real schema and of the bindings; `–` is nothing. */
  differences: z.record(z.string(), z.record(z.string(), z.string())),
});

/** An explanation of some differences. */
export type Reason = z.infer<typeof reason>;

/** A difference, and the type that has it. */
export interface Found extends Difference {
  readonly type: string;
}

/** Parses the table of reasons. */
export function reasonTable(text: string): Reason[] {
  return z.array(reason).parse(JSON.parse(text));
}

const textOf = ({ real, derived }: Difference): string => `${real ?? "–"} → ${derived ?? "–"}`;
const keyOf = (type: string, path: string, text: string): string => JSON.stringify([type, path, text]);

/** The differences that no reason names. */
export function unexplained(found: readonly Found[], reasons: readonly Reason[]): string[] {
  const known = new Set(entriesOf(reasons));
  return found.flatMap((each) => {
    const key = keyOf(each.type, each.path, textOf(each));
    return known.has(key) || known.has(keyOf("*", each.path, textOf(each))) ? [] : [key];
  });
}

/** The entries of reasons that no difference needs any more. */
export function unused(found: readonly Found[], reasons: readonly Reason[]): string[] {
  const needed = new Set(found.flatMap((each) => [each.type, "*"].map((type) => keyOf(type, each.path, textOf(each)))));
  return entriesOf(reasons).filter((key) => !needed.has(key));
}

function entriesOf(reasons: readonly Reason[]): string[] {
  return reasons.flatMap(({ differences }) =>
    Object.entries(differences).flatMap(([type, paths]) =>
      Object.entries(paths).map(([path, text]) => keyOf(type, path, text)),
    ),
  );
}
