import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { infraError } from "@infra/inventory";
import {
  findPlatform,
  type FoundPlatform,
  keyIn,
  noChange,
  NotPossible,
  PlatformError,
  postSticky,
} from "@infra/platforms";
import { collect, pipelineUrl } from "@infra/report";
import { hiddenValues } from "@infra/secrets";
import { Mask } from "@infra/io";
import { resultsFolder } from "@infra/results";
import { print, workspaceOf } from "./options.js";
import type { PlatformCommandOptions } from "./platform.js";

/** Options of `comment`. */
export interface CommentOptions extends PlatformCommandOptions {
  readonly file: string;
  readonly key?: string;
  readonly pullRequest?: number;
  readonly ifPossible?: boolean;
}

/** Posts a file as the sticky comment of a pull request. */
export async function comment(options: CommentOptions): Promise<void> {
  await whenPossible(options, async () => {
    const found = platformOf(options);
    const { platform, surroundings } = found;
    const { pullRequest } = surroundings;
    if (pullRequest === undefined)
      throw new NotPossible(
        `this run is for no ${platform.pullRequestWord} of ${platform.where}`,
        "Run it for one, or name it: --pull-request <n>",
      );
    const markdown = new Mask(hiddenValues(process.env)).text(await read(options.file));
    const key = options.key ?? keyIn(markdown) ?? "plan";
    const posted = await orFork(found, postSticky(platform, pullRequest, key, markdown));
    const where = `${platform.pullRequestWord} ${String(pullRequest)} of ${platform.where}`;
    print(options, { ...posted, pullRequest }, () => `${posted.change} the comment on ${where}`);
  });
}

/** Options of `commit-status`. */
export interface CommitStatusOptions extends PlatformCommandOptions {
  readonly name: string;
  readonly commit?: string;
  readonly pending?: boolean;
  readonly none?: boolean;
  readonly from?: string;
  readonly ifPossible?: boolean;
}

/** Marks a commit by what its plans change. */
export async function commitStatus(ids: readonly string[], options: CommitStatusOptions): Promise<void> {
  if (options.none && ids.length > 0)
    throw infraError("--none says that no deployment had to be planned, and some are named", "Leave one of them out");
  await whenPossible(options, async () => {
    const found = platformOf(options);
    const { platform, surroundings } = found;
    const { commit } = surroundings;
    if (commit === undefined)
      throw new NotPossible(`no commit of ${platform.where} is known`, "Name it: --commit <full hash>");
    const mark = options.pending ? ({ state: "pending", description: "planning" } as const) : markOf(ids, options);
    const url = pipelineUrl(process.env);
    const status = { name: options.name, ...mark, ...(url === undefined ? {} : { url }) };
    await orFork(found, platform.setCommitStatus(commit, status));
    print(
      options,
      { ...status, commit },
      () => `${commit.slice(0, 12)} ${status.name}: ${mark.state}, ${mark.description}`,
    );
  });
}

function markOf(ids: readonly string[], options: CommitStatusOptions) {
  const from = options.from ?? resultsFolder(workspaceOf(options).root);
  const { report } = collect(from, "plan", process.env);
  const deployments = options.none || ids.length > 0 ? { deployments: ids } : {};
  return noChange(report, { ...deployments, offline: options.offline ?? false });
}

/** The platform of the pipeline; its waits are said on the standard error. */
export function platformOf(options: PlatformCommandOptions): FoundPlatform {
  const onWait = (notice: string) => void process.stderr.write(`${notice}\n`);
  return findPlatform(options, process.env, { onWait });
}

/** With `--if-possible`, says why something can't be done, and goes on. */
async function whenPossible(
  { ifPossible = false, json = false }: { readonly ifPossible?: boolean; readonly json?: boolean },
  action: () => Promise<void>,
): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!ifPossible || !(error instanceof NotPossible)) throw error;
    if (json) process.stdout.write("null\n");
    process.stderr.write(`nothing was done, which is allowed here: ${error.message}\n`);
  }
}

/** A pull request from a fork has a token that may only read: that is how it should be, not a failure of the platform. */
async function orFork<T>({ surroundings, platform }: FoundPlatform, action: Promise<T>): Promise<T> {
  try {
    return await action;
  } catch (error) {
    if (!(error instanceof PlatformError) || !surroundings.fork || ![401, 403, 404].includes(error.status ?? 0))
      throw error;
    throw new NotPossible(
      `the ${platform.pullRequestWord} comes from a fork, so its token may not write (${String(error.status)})`,
      "Run it where the fork's code does not run, such as a workflow that follows this one",
    );
  }
}

async function read(file: string): Promise<string> {
  if (file === "-") return await text(process.stdin);
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw infraError(
      `${file} can't be read: ${(error as Error).message}`,
      "Write it first: infra report --format markdown",
    );
  }
}
