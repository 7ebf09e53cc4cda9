import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { infraError, loadInventory } from "@infra/inventory";
import type { CostBase } from "./cost/compare.js";
import type { DeploymentResult, RunRequest, RunResult } from "@infra/results";
import { interruption } from "./interruption.js";
import { coloured, type CommonOptions, positive, print, withCommonOptions, workspaceOf } from "./options.js";
import { type Progress, progressOf } from "./progress.js";

interface CostOptions extends CommonOptions {
  readonly all?: boolean;
  readonly verbose?: boolean;
  readonly parallelism?: number;
  readonly markdown?: boolean;
  readonly base?: string;
  readonly compareTo?: string;
}

const examples = `
Examples:
  $ infra cost production/compute           the monthly cost, now and after an apply
  $ infra cost --offline --verbose          every resource that has a price, with no account
  $ infra cost --base origin/main           what this branch changes
  $ infra cost --json > before.json         to compare later: infra cost --compare-to before.json

Exit codes: 0, or 1 when a limit (cost: in the inventory) is exceeded or something failed.`;

/** Adds the command that says what deployments cost per month. */
export function addCostCommand(program: Command): void {
  withCommonOptions(program.command("cost").description("show what deployments cost per month, now and after an apply"))
    .argument("[deployments...]", "<environment>/<name> (default: all)")
    .option("-a, --all", "all deployments of the inventory")
    .option("-v, --verbose", "show every resource that has a price")
    .option("-p, --parallelism <n>", "number of deployments at once (default: the number of processors)", positive)
    .option("--markdown", "print Markdown, for comments")
    .option("--base <ref>", "compare with the inventory of a git revision, both planned offline")
    .option("--compare-to <file>", "compare with the output of an earlier infra cost --json")
    .addHelpText("after", examples)
    .action(cost);
}

async function cost(ids: readonly string[], options: CostOptions): Promise<void> {
  const { base, compareTo } = options;
  if (base !== undefined && compareTo !== undefined)
    throw infraError("--base and --compare-to exclude each other", "Say one of them");
  const { root, inventory } = workspaceOf(options);
  const baseline = await baselineOf(options, root);
  const progress = progressOf("cost", process.stderr, options.json);
  const request: RunRequest = {
    verb: "cost",
    root,
    inventory,
    // The base has no account to be compared with.
    offline: base !== undefined || (options.offline ?? false),
    ...(ids.length > 0 ? { deployments: ids } : {}),
    ...(options.parallelism === undefined ? {} : { parallelism: options.parallelism }),
    ...interruption(progress),
  };
  const result = await compared(await observed(request, progress), request, baseline);
  process.exitCode = result.exitCode;
  const { renderCosts, renderCostsMarkdown } = await import("@infra/report");
  const { offline = false } = request;
  print(options, result, () => {
    if (options.markdown) return renderCostsMarkdown(result, offline);
    const shown = result.results.filter(({ text }) => text !== "" && (options.verbose || result.results.length === 1));
    const details = shown.map(({ id, text }) => `${id}\n${text.replaceAll(/^/gm, "  ")}`);
    return [...details, renderCosts(result, { colour: coloured(process.stdout), offline })].join("\n\n");
  });
}

/** Runs with progress on the error output. */
async function observed(request: RunRequest, progress: Progress): Promise<RunResult> {
  const { run } = await import("@infra/engine");
  const onBegin = (ids: readonly string[]) => {
    progress.begin(ids);
  };
  const onStart = (id: string) => {
    progress.start(id);
  };
  const onResult = (result: DeploymentResult) => {
    progress.end(result);
  };
  return run({ ...request, onBegin, onStart, onResult }).finally(() => {
    progress.stop();
  });
}

type Baseline = (request: RunRequest) => Promise<CostBase>;

/** What costs are compared with, where that is wanted; looked at before anything is planned. @throws InfraError */
async function baselineOf({ base, compareTo }: CostOptions, root: string): Promise<Baseline | undefined> {
  if (compareTo !== undefined) {
    const { parseCostBase } = await import("./cost/compare.js");
    const found = parseCostBase(read(compareTo), compareTo);
    return () => Promise.resolve(found);
  }
  if (base === undefined) return undefined;
  const { commitOf, costsAt } = await import("./cost/base.js");
  await commitOf(base, root);
  return (request) => costsAt(base, request);
}

/** Puts a base in the place of what is applied, where one is wanted. */
async function compared(result: RunResult, request: RunRequest, baseline: Baseline | undefined): Promise<RunResult> {
  if (!baseline) return result;
  const { compareCosts } = await import("./cost/compare.js");
  const { deployments } = request;
  const inventory = loadInventory(request.inventory, deployments ? { only: deployments } : {});
  return compareCosts(result, await baseline(request), inventory.deployments, deployments === undefined);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw infraError(`${file} cannot be read: ${(error as Error).message}`, "Write it: infra cost --json > <file>");
  }
}
