/**
 * How the product stands to a row of public material. `ok`: it says the same; `wrong`: it says something else; `missing`: it says nothing;
 * `not found`: the material says nothing certain; `newer`: the table was read from the cloud after the material; `next`: a price of
 * something that the product does not make yet.
 */
export const verdicts = ["ok", "wrong", "missing", "not found", "newer", "next"] as const;

/** How the product stands to a row of public material. */
export type Verdict = (typeof verdicts)[number];

/** A row that was judged. */
export interface Judged {
  /** `hetzner sizes cx23`. */
  readonly name: string;
  readonly verdict: Verdict;
  /** What the product says, and what the material says. @default - they agree */
  readonly why?: string;
}

/** A judgement without the name of its row. */
export type Judgement = Omit<Judged, "name">;

/** They agree. */
export const agrees: Judgement = { verdict: "ok" };

/** The product says something else. */
export function wrong(why: string): Judgement {
  return { verdict: "wrong", why };
}

/** The first that is not right, else that all agree. */
export function allOf(judgements: readonly Judgement[]): Judgement {
  return judgements.find(({ verdict }) => verdict !== "ok") ?? agrees;
}

/** Counts by verdict, as a line per file: `414 rows: 390 ok, 24 not found`. */
export function countsOf(judged: readonly Judged[]): string {
  const counts = verdicts.flatMap((verdict) => {
    const count = judged.filter((each) => each.verdict === verdict).length;
    return count > 0 ? [`${String(count)} ${verdict}`] : [];
  });
  return `${String(judged.length)} ${judged.length === 1 ? "row" : "rows"}: ${counts.join(", ")}`;
}

/** Is there a row that the product must be corrected by? */
export function isWrong(judged: readonly Judged[]): boolean {
  return judged.some(({ verdict }) => verdict === "wrong" || verdict === "missing");
}
