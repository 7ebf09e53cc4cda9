import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { infraError } from "@infra/inventory";
import { hiddenValues } from "@infra/secrets";
import { git, Mask } from "@infra/io";
import { collect, type Collected } from "./collect.js";
import type { Format } from "./formats.js";
import { type ReportPlatform, reportPlatformOf } from "./platform.js";
import type { Report } from "./report.js";
import { type ReportedVerb, resultsFolder } from "@infra/results";

/** What a report is to hold. */
export interface ReportRequest {
  /** Root of the workspace. */
  readonly root: string;
  readonly verb: ReportedVerb;
  /** Folder of results, or a file that `--json` wrote. @default - `.infra/results` */
  readonly from?: string;
  /** Branch or commit; says why each deployment is affected. @default - not said */
  readonly base?: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/** Collects what a report shows, with the secrets of this environment hidden once more. @throws InfraError when something can't be read */
export async function makeReport({ root, verb, from, base, env }: ReportRequest): Promise<Collected> {
  if (from !== undefined && !existsSync(from))
    throw infraError(`${from} does not exist`, "Name a folder of results, or a file that infra <verb> --json wrote");
  const { report, others } = collect(from ?? resultsFolder(root), verb, env);
  const mask = new Mask(hiddenValues(env));
  const results = base === undefined ? report.results : await withCauses(report, root, base);
  return { report: mask.value({ ...report, results }), others };
}

async function withCauses({ results }: Report, root: string, base: string): Promise<Report["results"]> {
  const { Difference } = await import("./causes.js");
  const difference = await Difference.since(root, base);
  return results.map((each) => ({ ...each, causes: difference.causesOf(each) }));
}

/** How a report is written. */
export interface WriteOptions {
  readonly root: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Word of the marker of Markdown. @default - the verb */
  readonly key?: string;
  /** Characters of Markdown at most. @default - what a comment of the platform may have */
  readonly limit?: number;
}

/** Writes a report in a format. */
export async function render(report: Report, format: Format, options: WriteOptions): Promise<string> {
  const prefix = (await git(resolve(options.root), "rev-parse", "--show-prefix")) ?? "";
  const platform = reportPlatformOf(options.env, prefix);
  return await renderers[format](report, { ...options, prefix, platform });
}

type Renderer = (
  report: Report,
  options: WriteOptions & { readonly prefix: string; readonly platform: ReportPlatform },
) => Promise<string>;

const renderers: Readonly<Record<Format, Renderer>> = {
  text: async (report) => {
    const { renderSummary } = await import("./terminal.js");
    return `${renderSummary(report, { colour: false, offline: report.offline, frames: false })}\n`;
  },
  markdown: async (report, { platform, key = report.verb, limit = platform.limit }) => {
    const { renderMarkdown } = await import("./markdown/markdown.js");
    return renderMarkdown(report, { key, limit, platform });
  },
  html: async (report, { platform }) => (await import("./html/html.js")).renderHtml(report, platform),
  json: (report) => Promise.resolve(`${JSON.stringify(report, null, 2)}\n`),
  junit: async (report) => (await import("./junit.js")).renderJunit(report),
  sarif: async (report, { prefix }) => {
    const { version } = require("../package.json") as { version: string };
    return (await import("./sarif.js")).renderSarif(report, { version, prefix });
  },
};
