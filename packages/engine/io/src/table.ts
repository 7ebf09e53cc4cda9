/**
 * Lines of a table whose columns are as wide as their widest cell; the first row is the header.
 *
 * @param words How many columns hold words; the others are amounts, which end where their column ends. @default - all
 */
export function table(rows: readonly (readonly string[])[], words = Infinity): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column < words ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)));
  return rows.map((row) => line(row).join("  ").trimEnd());
}

/** A table of Markdown; the first row is the header. @param words How many columns hold words. @default - all */
export function markdownTable([header = [], ...rows]: readonly (readonly string[])[], words = Infinity): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = header.map((_, column) => (column < words ? "---" : "---:"));
  return [line(header), `| ${rule.join(" | ")} |`, ...rows.map(line)];
}

/** Lines below an empty one, each once; nothing when there are none. */
export function section(lines: readonly string[]): string[] {
  return lines.length > 0 ? ["", ...new Set(lines)] : [];
}
