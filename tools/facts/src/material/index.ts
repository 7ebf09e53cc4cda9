import { judgeFact } from "./facts.js";
import { judgePrice } from "./prices.js";
import { readMaterial } from "./rows.js";
import type { Judged } from "./verdict.js";

export { type Judged, type Verdict, verdicts, countsOf, isWrong } from "./verdict.js";

/** Compares a file of public facts or prices with the tables, row by row. @throws Error when it is neither */
export function judgeFile(file: string): Judged[] {
  const material = readMaterial(file);
  return material.kind === "facts" ? material.rows.map(judgeFact) : material.rows.map(judgePrice);
}
