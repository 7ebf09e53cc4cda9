import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { infraError } from "@infra/inventory";
import { type Format, formats, leastLimit } from "@infra/report";
import { type ReportedVerb, reportedVerbs } from "@infra/results";
import { workspaceOf } from "./options.js";

const help = `
Examples:
  $ infra report                                                 the results of the last plan, as text
  $ infra report --format markdown --base origin/main            for a comment, with the causes of each change
  $ infra report --format markdown html junit sarif --output reports
  $ infra report --verb policy --format sarif --output policy.sarif
  $ infra report --verb apply --format html --output apply.html
  $ infra report --from downloaded-artifacts --format markdown   results of several jobs
  $ infra report --clean                                         remove the results of earlier runs

Runs of validate, policy, plan, apply, destroy and drift write their results to .infra/results, also those of Nx. The report shows one
run: the one that INFRA_RUN names (any word, the same for all its commands), else the run of the workflow or pipeline, else the last one.`;

interface ReportOptions {
  readonly inventory?: string;
  readonly verb: ReportedVerb;
  readonly from?: string;
  readonly format: readonly Format[];
  readonly json?: boolean;
  readonly output?: string;
  readonly limit?: number;
  readonly base?: string;
  readonly key?: string;
  readonly clean?: boolean;
}

/** Adds the command that shows what runs found. */
export function addReportCommand(program: Command): void {
  program
    .command("report")
    .description("write the results of the last run as text, Markdown, HTML, JSON, JUnit or SARIF")
    .option("-i, --inventory <folder>", "folder of the inventory (default: as for other commands)")
    .addOption(new Option("--verb <verb>", "verb of the results").choices(reportedVerbs).default("plan"))
    .option("--from <path>", "folder of results, or output of infra <verb> --json (default: .infra/results)")
    .addOption(
      new Option("-f, --format <format...>", "one or more formats")
        .choices(Object.keys(formats))
        .default(["text"], "text"),
    )
    .option("--json", "the same as --format json")
    .option("-o, --output <path>", "output file; a folder with several formats (default: the standard output)")
    .option("--limit <characters>", "maximum length of the Markdown (default: the limit of a comment)", length)
    .option("--base <ref>", "show which changes since a branch or commit affect each deployment")
    .option("--key <word>", "word of the hidden marker in Markdown (default: the verb)", word)
    .option("--clean", "remove the results of earlier runs instead")
    .addHelpText("after", help)
    .action(report);
}

function length(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < leastLimit)
    throw new InvalidArgumentError(`Use a whole number of ${String(leastLimit)} or more.`);
  return value;
}

/** A word that can't end the comment that it stands in. */
function word(text: string): string {
  if (/^[a-z0-9]+([-/][a-z0-9]+)*$/.test(text)) return text;
  throw new InvalidArgumentError("Use lower-case letters and digits, with single dashes or slashes between them.");
}

async function report({ output, format, json = false, ...options }: ReportOptions): Promise<void> {
  const { root } = workspaceOf(options);
  if (options.clean) return (await import("@infra/report")).dropResults(root);
  const chosen = json ? (["json"] as const) : [...new Set(format)];
  if (chosen.length > 1 && output === undefined)
    throw infraError("several formats can't share the standard output", "Name a folder with --output <folder>");
  const isFolder = output === undefined ? undefined : statSync(output, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder === (chosen.length === 1))
    throw infraError(
      `${String(output)} is a ${isFolder ? "folder" : "file"}`,
      isFolder ? "Name a file: one format is one file" : "Name a folder: several formats are several files",
    );
  const { makeReport, render } = await import("@infra/report");
  const made = await makeReport({ ...options, root, env: process.env });
  if (made.others > 0) process.stderr.write(`results of other runs that were left out: ${String(made.others)}\n`);
  for (const each of chosen) {
    const text = await render(made.report, each, { ...options, root, env: process.env });
    if (output === undefined) process.stdout.write(text);
    else write(chosen.length > 1 ? join(output, `${made.report.verb}.${formats[each]}`) : output, text);
  }
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
