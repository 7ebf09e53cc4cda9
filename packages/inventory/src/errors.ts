import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { inspect } from "node:util";
import { codeFrameColumns } from "@babel/code-frame";
import { distance } from "fastest-levenshtein";

/** Where something stands in a file: line and column are 1-based; `endColumn` is exclusive and on the same line. */
export interface Place {
  /** Path of the file, as the user would type it. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** @default - one character is marked */
  readonly endColumn?: number;
}

/** One thing that is wrong: which value, which rule it breaks, and what to do about it. */
export interface Problem {
  /** What is wrong, in one sentence with the value and the rule: `"medum" is not a size`. */
  readonly message: string;
  /** What to do, in one sentence: `Did you mean "medium"?`. */
  readonly remedy: string;
  /** Path inside the inventory's configuration: `groups.web.size`. @default - the problem concerns a whole file */
  readonly path?: string;
  /** @default - the problem has no place in a file */
  readonly place?: Place;
  /** What helps whoever corrects the program: a stack. Shown where details are wanted. @default - there is nothing more */
  readonly details?: string;
}

/** An error that the user can fix. It carries every problem found, not only the first. */
export class InfraError extends Error {
  /** @param problems At least one. */
  constructor(
    readonly problems: readonly Problem[],
    options?: ErrorOptions,
  ) {
    super(problems.map((problem) => formatProblem(problem)).join("\n"), options);
    this.name = "InfraError";
  }
}

/** An error with a single problem. */
export function infraError(message: string, remedy: string, more: Pick<Problem, "path" | "place"> = {}): InfraError {
  return new InfraError([{ message, remedy, ...more }]);
}

/**
 * The problems of any error. One that is not for the user is one line that says what was being done; its stack is in the details.
 *
 * @param doing What failed: `infra synth`, `the plan of production/compute`. @default - nothing is said about it
 */
export function problemsOfError(error: unknown, doing?: string): readonly Problem[] {
  if (error instanceof InfraError) return error.problems;
  const during = doing === undefined ? "" : `${doing}: `;
  const details = error instanceof Error ? (error.stack ?? error.message) : inspect(error);
  const system = systemProblem(error);
  if (system) return [{ message: `${during}${system.message}`, remedy: system.remedy, details }];
  const [line = ""] = (error instanceof Error ? String(error) : inspect(error)).split("\n");
  return [
    { message: `unexpected: ${during}${line}`, remedy: "Run it with --verbose for details, and report them", details },
  ];
}

/** Calls of the system that change something. */
const writing = new Set([
  "mkdir",
  "mkdtemp",
  "write",
  "rename",
  "copyfile",
  "unlink",
  "rmdir",
  "rm",
  "symlink",
  "link",
  "utime",
  "chmod",
  "ftruncate",
  "cp",
]);

/** What the system refuses, about a file or folder that it names. @returns undefined for any other error */
function systemProblem(error: unknown): Pick<Problem, "message" | "remedy"> | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, path, syscall = "", dest } = error as NodeJS.ErrnoException & { dest?: string };
  if (code === undefined || typeof path !== "string") return undefined;
  const temporary = syscall === "mkdtemp" || path.startsWith(`${tmpdir()}/`);
  const what = syscall === "mkdtemp" ? dirname(path) : (dest ?? path);
  const done = writing.has(syscall) || code === "EROFS" || code === "ENOSPC" ? "written" : "opened";
  const remedy = temporary
    ? "Create that folder or make it writable, or let TMPDIR name another one"
    : code === "ENOSPC"
      ? "Free space there"
      : "Make it and its folder readable and writable for this user";
  return { message: `${what} cannot be ${done} (${code})`, remedy };
}

/** `inventory/production/compute.yaml:14:11 groups.web.size: "medum" is not a size. Did you mean "medium"?` */
export function formatProblem({ message, remedy, path, place }: Problem): string {
  const where = place ? `${place.file}:${String(place.line)}:${String(place.column)} ` : "";
  return `${where}${path ? `${path}: ` : ""}${message}. ${remedy}`;
}

/** The problem, followed by the lines of its file with the value marked. */
export function formatProblemWithFrame(problem: Problem): string {
  const frame = problem.place && codeFrame(problem.place);
  const text = frame ? `${formatProblem(problem)}\n\n${frame}\n` : formatProblem(problem);
  return problem.details !== undefined && wantsDetails() ? `${text}\n${problem.details}` : text;
}

/** `--verbose`, wherever the command has it. */
function wantsDetails(): boolean {
  return process.argv.includes("--verbose") || process.argv.includes("-v");
}

function codeFrame(place: Place): string | undefined {
  let source: string;
  try {
    source = readFileSync(place.file, "utf8");
  } catch {
    return undefined;
  }
  const { line, column } = place;
  const end = { line, column: place.endColumn ?? column };
  return codeFrameColumns(source, { start: { line, column }, end }, { linesAbove: 1, linesBelow: 1 });
}

/** How many candidates a message names at most. */
const shownCandidates = 12;

/** `Did you mean "medium"?` when one of the candidates is close to the value, else `Use one of: …` with the first of them. */
export function suggest(value: string, candidates: readonly string[]): string {
  const near = nearest(value, candidates);
  if (near !== undefined) return `Did you mean ${JSON.stringify(near)}?`;
  if (candidates.length === 0) return "Remove it";
  const more = candidates.length - shownCandidates;
  return `Use one of: ${candidates.slice(0, shownCandidates).join(", ")}${more > 0 ? ` and ${String(more)} more` : ""}`;
}

/** The candidate that the value is most likely a misspelling of: one letter off in short words, two or a third in longer ones. */
export function nearest(value: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const letters = distance(value.toLowerCase(), candidate.toLowerCase());
    const allowed = candidate.length < 4 ? 1 : Math.max(2, Math.floor(candidate.length / 3));
    if (letters < least && letters <= allowed) [best, least] = [candidate, letters];
  }
  return best;
}
