import type { Deployment } from "@infra/core/inventory";
import { relative, resolve } from "node:path";
import { stackPackage } from "@infra/core/inventory";
import type { DeploymentResult, RunRequest } from "../result.js";
import { git } from "./git.js";
import { runIdOf } from "./run-id.js";
import { reportedVerbs, resultsFolder, storeResult } from "./stored.js";

/** Writes the results of a run down, so that `infra report` can read them later. A result that can't be written stops nothing. */
export class Recorder {
  private readonly verb;
  private readonly run: string;
  private commit: Promise<string | undefined> | undefined;
  private readonly writes: Promise<string | undefined>[] = [];

  constructor(private readonly request: RunRequest) {
    this.verb = reportedVerbs.find((verb) => verb === request.verb);
    this.run = runIdOf(request.env ?? process.env);
  }

  /** @param result Masked. */
  add(deployment: Deployment, result: DeploymentResult): void {
    this.writes.push(this.write(deployment, result));
  }

  /** Waits until everything is written. @returns what could not be written */
  async close(): Promise<string[]> {
    const failures = await Promise.all(this.writes);
    return failures.filter((failure) => failure !== undefined);
  }

  private async write(deployment: Deployment, result: DeploymentResult): Promise<string | undefined> {
    const { request, run, verb } = this;
    if (!verb) return undefined;
    const time = new Date().toISOString();
    this.commit ??= git(request.root, "rev-parse", "HEAD");
    const commit = await this.commit;
    try {
      await storeResult(resultsFolder(request.root), {
        run,
        verb,
        time,
        offline: request.offline ?? false,
        ...(commit === undefined ? {} : { commit }),
        origin: {
          references: [...new Set(deployment.references.map((each) => each.upstream(deployment.environment)))].sort(),
          files: deployment.files.map((file) => relative(request.root, resolve(file))),
          package: stackPackage(deployment.stack),
        },
        result,
      });
      return undefined;
    } catch (error) {
      return `the result of ${deployment.id} could not be written for infra report: ${(error as Error).message}`;
    }
  }
}
