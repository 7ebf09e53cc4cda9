import { type Figure, isMet } from "./figure.js";
import type { Report } from "./report.js";

/** The report as one table, a line per figure, with a line below that says how many aims are met. */
export function renderReport({ machine, runs, sections }: Report): string {
  const header = ["measured", "infra", "bare", "ratio", "aim", "met"];
  const blocks = sections.map(({ title, figures, note }) => ({ title, note, rows: figures.map(rowOf) }));
  const rows = [header, ...blocks.flatMap((block) => block.rows)];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at === 0 || at > 3 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join("  ")
      .trimEnd();
  const body = blocks.flatMap((block) => ["", block.title, ...block.rows.map(line), ...(block.note ?? [])]);
  const judged = sections.flatMap(({ figures }) => figures.flatMap((figure) => isMet(figure) ?? []));
  const met = judged.filter(Boolean).length;
  const total = `${String(met)} of ${String(judged.length)} aims met; medians of ${String(runs)} runs, taken in turn; ${machine}`;
  return [line(header), ...body, "", total].join("\n");
}

function rowOf(figure: Figure): string[] {
  const { what, value, unit, against, aim } = figure;
  const met = isMet(figure);
  return [
    `  ${what}${against ? ` / ${against.what}` : ""}`,
    quantity(value, unit),
    against ? quantity(against.value, unit) : "",
    against ? (value / against.value).toFixed(2) : "",
    aim
      ? {
          value: `≤ ${quantity(aim.most, unit)}`,
          ratio: `ratio ≤ ${aim.most.toFixed(2)}`,
          difference: `≤ ${quantity(aim.most, unit)} more`,
        }[aim.of]
      : "",
    met === undefined ? "" : met ? "yes" : "NO",
  ];
}

function quantity(value: number, unit: Figure["unit"]): string {
  if (unit === "s") return `${value.toFixed(value < 10 ? 2 : 1)} s`;
  return `${value.toFixed(0)}${unit && ` ${unit}`}`;
}
