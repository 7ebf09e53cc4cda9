import { rmSync, statSync } from "node:fs";
import { basename } from "node:path";
import { infraError, readJson } from "@infra/inventory";
import { z } from "zod";
import { filesIn } from "@infra/io";
import {
  exitCodeOf,
  isStoredResult,
  namedRun,
  originSchema,
  type ReportedVerb,
  resultSchema,
  resultsFolder,
  runResultSchema,
  type StoredResult,
  storedResultSchema,
  type Verb,
} from "@infra/results";
import type { Report } from "./report.js";

/** What a report is made from. */
export interface Collected {
  readonly report: Report;
  /** Results of other runs that were found and left out. */
  readonly others: number;
}

const reportSchema = runResultSchema.extend({
  results: z.array(resultSchema.extend({ origin: originSchema.optional() })),
  offline: z.boolean().optional(),
  commit: z.string().optional(),
  time: z.string().optional(),
});

/**
 * The results of one run: of the run that the environment names, else of the run that ended last. A deployment of which there are
 * several results counts with its newest.
 *
 * @param from Folder of results, also those of several jobs side by side, or a file that `--json` wrote
 * @throws InfraError when something there can't be read
 */
export function collect(from: string, verb: ReportedVerb, env: Readonly<NodeJS.ProcessEnv>): Collected {
  if (statSync(from, { throwIfNoEntry: false })?.isFile()) return { report: readRun(from, verb), others: 0 };
  const found = filesIn(from)
    .filter((file) => /^[^.].*\.json$/.test(basename(file)))
    .flatMap((file) => readStored(file));
  const ofVerb = found.filter((each) => each.verb === verb).sort((a, b) => (a.time < b.time ? -1 : 1));
  const run = namedRun(env) ?? ofVerb.at(-1)?.run;
  const newest = new Map(ofVerb.filter((each) => each.run === run).map((each) => [each.result.id, each]));
  return { report: reportOf(verb, [...newest.values()]), others: ofVerb.filter((each) => each.run !== run).length };
}

/** Removes what runs left for reports. */
export function dropResults(root: string): void {
  rmSync(resultsFolder(root), { recursive: true, force: true });
}

function reportOf(verb: ReportedVerb, stored: readonly StoredResult[]): Report {
  const results = stored.map(({ result, origin }) => ({ ...result, origin })).sort((a, b) => (a.id < b.id ? -1 : 1));
  const last = stored.at(-1);
  return {
    verb,
    results,
    offline: stored.some(({ offline }) => offline),
    exitCode: exitCodeOf(verb, results),
    ...(last?.commit === undefined ? {} : { commit: last.commit }),
    ...(last ? { time: last.time } : {}),
  };
}

function readRun(file: string, verb: ReportedVerb): Report {
  const value = read(file);
  if (isStoredResult(value)) {
    const stored = readStored(file);
    for (const each of stored) checkVerb(file, each.verb, verb);
    return reportOf(verb, stored);
  }
  const parsed = reportSchema.safeParse(value);
  if (!parsed.success)
    throw infraError(
      `${file} is not the result of a run`,
      "Name a folder of results, or a file that infra <verb> --json wrote",
    );
  const { data } = parsed;
  checkVerb(file, data.verb, verb);
  return { offline: false, ...data, exitCode: exitCodeOf(data.verb, data.results) };
}

/** Results of a verb never stand for those of another: a drift that found nothing is no plan. */
function checkVerb(file: string, found: Verb, verb: ReportedVerb): void {
  if (found === verb) return;
  throw infraError(
    `${file} holds results of infra ${found}, not of infra ${verb}`,
    `Name a file that infra ${verb} --json wrote, or say --verb ${found} where the command has it`,
  );
}

/** The results in a file: one, or none when it holds something else. */
function readStored(file: string): StoredResult[] {
  const value = read(file);
  if (!isStoredResult(value)) return [];
  const parsed = storedResultSchema.safeParse(value);
  if (parsed.success) return [parsed.data];
  throw infraError(
    `${file} is a result that this version can't read: ${parsed.error.issues[0]?.path.map(String).join(".") ?? ""}`,
    "Report with the version of @infra/engine that the run used, or run infra report --clean",
  );
}

function read(file: string): unknown {
  const value = readJson(file);
  if (value !== undefined) return value;
  throw infraError(`${file} can't be read as JSON`, "Run again, then report again");
}
