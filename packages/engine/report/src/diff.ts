import type { ResourceChange } from "@infra/results";

/** What the first letters of a line of a diff mean: platforms colour lines by them. */
const marks = { create: "+", update: "!", replace: "-/+", delete: "-" } as const;

/** How a change is written as lines of a diff. */
export interface DiffOptions {
  /** What stands before the inventory line of a change; ends with a comma and a space. */
  readonly words: Readonly<Record<ResourceChange["action"], string>>;
  /** Makes a text from outside one line that can do no harm. */
  readonly line: (text: string) => string;
  /** Shows the attributes that change. @default true */
  readonly attributes?: boolean;
}

/** A change as lines of a diff: the resource with the inventory line that asks for it, then its attributes. */
export function diffLines(
  { address, action, place, attributes = [] }: ResourceChange,
  { words, line, attributes: withAttributes = true }: DiffOptions,
): string[] {
  const origin = place === undefined ? "no longer in the inventory" : line(place);
  return [
    `${marks[action]} ${line(address)}  # ${words[action]}${origin}`,
    ...(withAttributes ? attributes : []).flatMap(({ path, before, after }) => [
      `-     ${line(path)}: ${line(before)}`,
      `+     ${line(path)}: ${line(after)}`,
    ]),
  ];
}
