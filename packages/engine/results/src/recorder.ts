import { relative, resolve } from "node:path";
import { type Deployment, findDeploymentFiles, type Problem, stackPackage } from "@infra/inventory";
import { type DeploymentResult, noChanges, type RunRequest } from "./result.js";
import { git } from "@infra/io";
import { runIdOf } from "./run-id.js";
import { type Origin, reportedVerbs, resultsFolder, storeResult } from "./stored.js";

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

  /** Writes down that the run could not begin, as a failure of every deployment that it was asked for. */
  async fail(problems: readonly Problem[]): Promise<void> {
    await Promise.all(
      this.wanted().map(([environment, name]) => {
        const id = [environment, name].filter(Boolean).join("/");
        const known = { id, environment, name, stack: name, provider: "unknown", status: "failed" as const };
        const result = { ...known, counts: noChanges, changes: [], seconds: 0, problems, notes: [], text: "" };
        return this.store({ references: [], files: [], package: "" }, result);
      }),
    );
  }

  /** Environments and names; where the inventory can't even be listed, one entry for all of it. */
  private wanted(): [environment: string, name: string][] {
    const { deployments, inventory } = this.request;
    const ids = deployments?.map((id) => /^([a-z0-9-]+)\/([a-z0-9-]+)$/.exec(id)).filter((match) => match !== null);
    if (ids && ids.length > 0) return ids.map(([, environment = "", name = ""]) => [environment, name]);
    try {
      const { files } = findDeploymentFiles(inventory);
      if (files.length > 0) return files.map(({ environment, name }) => [environment, name]);
    } catch {
      // What is wrong is among the problems.
    }
    return [["", "inventory"]];
  }

  private write(deployment: Deployment, result: DeploymentResult): Promise<string | undefined> {
    const { environment, references, files, stack } = deployment;
    const origin = {
      references: [...new Set(references.map((each) => each.upstream(environment)))].sort(),
      files: files.map((file) => relative(this.request.root, resolve(file))),
      package: stackPackage(stack),
    };
    return this.store(origin, result);
  }

  private async store(origin: Origin, result: DeploymentResult): Promise<string | undefined> {
    const { request, run, verb } = this;
    if (!verb) return undefined;
    const time = new Date().toISOString();
    this.commit ??= git(request.root, "rev-parse", "HEAD");
    const commit = await this.commit;
    try {
      const known = { run, verb, time, offline: request.offline ?? false, ...(commit === undefined ? {} : { commit }) };
      await storeResult(resultsFolder(request.root), { ...known, origin, result });
      return undefined;
    } catch (error) {
      return `the result of ${result.id} could not be written for infra report: ${(error as Error).message}`;
    }
  }
}
