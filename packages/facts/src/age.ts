/** Age in days from which on a table is too old to be trusted without a look. */
export const staleAfterDays = 90;

const day = 86_400_000;

/** Whole days from one day to another, both `YYYY-MM-DD`; negative when the second is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / day);
}

/** A table by its name, and the day that it is of. */
export interface DatedTable {
  readonly name: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
}

/** The tables that are older than 90 days, oldest first. @param today `YYYY-MM-DD` */
export function staleTables(tables: readonly DatedTable[], today: string): DatedTable[] {
  return tables
    .filter(({ date }) => daysBetween(date, today) > staleAfterDays)
    .sort((one, other) => (one.date < other.date ? -1 : 1));
}

/** Today in UTC, `YYYY-MM-DD`. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
