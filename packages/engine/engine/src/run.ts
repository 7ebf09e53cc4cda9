import { type Deployment, type Inventory, type Problem, problemsOfError } from "@infra/inventory";
import { costProblems } from "./cost/limits.js";
import { NotApplied } from "./deployment/outputs.js";
import { limited, wholeDeployment } from "@infra/io";
import {
  type Counts,
  type DeploymentResult,
  exitCodeOf,
  noChanges,
  Recorder,
  type RunRequest,
  type RunResult,
} from "@infra/results";
import { inventoryOf, openRun, type RunContext } from "./run-context.js";
import type { Outcome } from "./verbs/outcome.js";
import { verbFunctions } from "./verbs/verbs.js";

/**
 * Does one thing to deployments: several at once, each after the ones that it refers to (for `destroy`, before them).
 *
 * @throws InfraError when the inventory is wrong or no engine can be had; what goes wrong with one deployment is in its result.
 */
export async function run(request: RunRequest): Promise<RunResult> {
  const recorder = new Recorder(request);
  const { inventory, context } = await begin(request).catch(async (error: unknown) => {
    await recorder.fail(problemsOfError(error));
    throw error;
  });
  let notes: readonly string[] = [];
  let results: DeploymentResult[];
  try {
    request.onBegin?.(inventory.deployments.map(({ id }) => id));
    results = await new Schedule(context, inventory.deployments, recorder).run();
    if (request.verb === "drift")
      notes = context.driftRules.notes(inventory.deployments, request.deployments === undefined);
    if (inventory.deployments.length === 0)
      notes = [...notes, `${inventory.directory} has no deployments yet: add <environment>/<stack>.yaml`];
  } finally {
    notes = context.mask.value([...notes, ...(await recorder.close()), ...(await context.close())]);
  }
  const problems = request.verb === "cost" ? costProblems(results, inventory.deployments) : [];
  return {
    verb: request.verb,
    results,
    ...(notes.length > 0 ? { notes } : {}),
    ...(request.offline ? { offline: true } : {}),
    ...(problems.length > 0 ? { problems } : {}),
    exitCode: problems.length > 0 ? 1 : exitCodeOf(request.verb, results),
  };
}

async function begin(request: RunRequest): Promise<{ inventory: Inventory; context: RunContext }> {
  const inventory = await inventoryOf(request);
  return { inventory, context: await openRun(request, inventory) };
}

/** Works through deployments in the order of their references, as many at once as allowed. */
class Schedule {
  private readonly byId: ReadonlyMap<string, Deployment>;
  /** The deployments that come before one, by its id. */
  private readonly before: ReadonlyMap<string, readonly Deployment[]>;
  private readonly running = new Map<string, Promise<DeploymentResult>>();
  /** For each deployment that was not started, the one whose failure was the cause. */
  private readonly causes = new Map<string, string>();
  private readonly slot: ReturnType<typeof limited>;

  constructor(
    private readonly context: RunContext,
    deployments: readonly Deployment[],
    private readonly recorder: Recorder,
  ) {
    this.byId = new Map(deployments.map((deployment) => [deployment.id, deployment]));
    this.before = orderOf(this.byId, context.request.verb === "destroy");
    this.slot = limited(context.parallelism);
  }

  run(): Promise<DeploymentResult[]> {
    return Promise.all([...this.byId.values()].map((deployment) => this.start(deployment)));
  }

  private start(deployment: Deployment): Promise<DeploymentResult> {
    const started = this.running.get(deployment.id) ?? this.afterOthers(deployment);
    this.running.set(deployment.id, started);
    return started;
  }

  private async afterOthers(deployment: Deployment): Promise<DeploymentResult> {
    // Nothing starts before every deployment is entered, so that a deployment is started once.
    await Promise.resolve();
    const before = await Promise.all((this.before.get(deployment.id) ?? []).map((other) => this.start(other)));
    const failed = before.find(({ status }) => status === "failed");
    if (failed && this.changesThings) {
      const cause = this.causes.get(failed.id) ?? failed.id;
      this.causes.set(deployment.id, cause);
      return this.finish(deployment, 0, blocked(deployment, cause));
    }
    return await this.slot(async () => {
      const begun = performance.now();
      this.context.request.onStart?.(deployment.id);
      const outcome = await this.outcome(deployment);
      const { profile } = this.context.request;
      const [begin, end] = [begun, performance.now()].map((time) => performance.timeOrigin + time) as [number, number];
      profile?.add({ phase: wholeDeployment, deployment: deployment.id, begin, end });
      return this.finish(deployment, begun, outcome);
    });
  }

  private get changesThings(): boolean {
    return this.context.request.verb === "apply" || this.context.request.verb === "destroy";
  }

  private async outcome(deployment: Deployment): Promise<Outcome> {
    const { request } = this.context;
    if (request.signal?.aborted)
      return failure([
        { message: `${deployment.id} was not started: the run was interrupted`, remedy: "Run it again" },
      ]);
    try {
      return await verbFunctions[request.verb](this.context, deployment);
    } catch (error) {
      if (error instanceof NotApplied && this.byId.has(error.upstream) && !this.changesThings)
        return { status: "waiting", problems: error.problems };
      return failure(problemsOfError(error, `${request.verb} of ${deployment.id}`));
    }
  }

  private finish(deployment: Deployment, begun: number, outcome: Outcome): DeploymentResult {
    const { id, environment, name, stack, settings } = deployment;
    const { status, problems = [], notes = [], changes = [], text = "" } = outcome;
    const counts: Counts = outcome.counts ?? noChanges;
    const seconds = begun === 0 ? 0 : (performance.now() - begun) / 1000;
    const known = {
      id,
      environment,
      name,
      stack,
      provider: settings.provider,
      status,
      counts,
      changes,
      seconds,
      problems,
      notes,
      text,
    };
    const result = this.context.mask.value({
      ...known,
      ...(outcome.warnings?.length ? { warnings: outcome.warnings } : {}),
      ...(outcome.outputs ? { outputs: outcome.outputs } : {}),
      ...(outcome.cost ? { cost: outcome.cost } : {}),
      ...(outcome.findings ? { findings: outcome.findings } : {}),
      ...(outcome.ignored ? { ignored: outcome.ignored } : {}),
    });
    this.recorder.add(deployment, result);
    this.context.request.onResult?.(result);
    return result;
  }
}

/** What comes before each deployment: the ones that it refers to, or, in reverse, the ones that refer to it. */
function orderOf(byId: ReadonlyMap<string, Deployment>, reverse: boolean): Map<string, Deployment[]> {
  const order = new Map([...byId.keys()].map((id): [string, Deployment[]] => [id, []]));
  for (const deployment of byId.values()) {
    for (const id of new Set(deployment.references.map((each) => each.upstream(deployment.environment)))) {
      const upstream = byId.get(id);
      if (!upstream) continue;
      if (reverse) order.get(id)?.push(deployment);
      else order.get(deployment.id)?.push(upstream);
    }
  }
  return order;
}

function failure(problems: readonly Problem[]): Outcome {
  return { status: "failed", problems };
}

function blocked(deployment: Deployment, cause: string): Outcome {
  return failure([
    {
      message: `${deployment.id} was not started: ${cause} failed`,
      remedy: `Fix ${cause}, then run this again`,
    },
  ]);
}
