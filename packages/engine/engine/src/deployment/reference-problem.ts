import type { Problem, Reference } from "@infra/inventory";
import type { Diagnostic } from "@infra/opentofu";

/** What the engine says of the value of a reference, with the place of that reference; any other problem as it is. */
export function withReference(
  problem: Problem,
  { snippet }: Diagnostic,
  references: ReadonlyMap<string, Reference>,
): Problem {
  if (problem.place || !snippet) return problem;
  const texts = [...snippet.values.map(({ traversal }) => traversal), snippet.code];
  const names = texts.flatMap((text) => [...text.matchAll(/\bvar\.([\w-]+)/g)].map(([, name = ""]) => name));
  const reference = names.map((name) => references.get(name)).find((each) => each !== undefined);
  if (!reference) return problem;
  return {
    message: `the output "${reference.toString()}" is not of the kind that is wanted here: ${problem.message}`,
    remedy: `${problem.remedy} Refer to another output, or to a part of this one`,
    place: reference.place,
  };
}
