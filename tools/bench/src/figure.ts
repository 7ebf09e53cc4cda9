/** What a figure should be at most, and of what: the value, its ratio to the bare thing, or its difference from it. */
export interface Aim {
  readonly of: "value" | "ratio" | "difference";
  readonly most: number;
}

/** The unit of a figure: seconds, megabytes of resident memory, or a plain count. */
export type Unit = "s" | "MB" | "";

/** One thing that was measured. */
export interface Figure {
  /** What was measured: `infra plan, first run`. */
  readonly what: string;
  /** Median of the runs. */
  readonly value: number;
  readonly unit: Unit;
  /** What it is measured against. @default - nothing: the value stands for itself */
  readonly against?: { readonly what: string; readonly value: number };
  /** @default - the figure only informs */
  readonly aim?: Aim;
}

/** Does the figure keep its aim? @returns undefined for a figure without one */
export function isMet({ value, against, aim }: Figure): boolean | undefined {
  if (!aim) return undefined;
  const bare = against?.value ?? 0;
  const measured = { value, ratio: value / bare, difference: value - bare }[aim.of];
  return measured <= aim.most;
}

/** The middle of several measurements. @throws RangeError when there is none */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) throw new RangeError("nothing was measured");
  return (low + high) / 2;
}
