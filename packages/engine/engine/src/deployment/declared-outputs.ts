import { type Deployment, InfraError, loadInventory, nearest, type Problem, type Reference } from "@infra/inventory";
import type { Synthesis } from "@infra/core";
import { isRemoved } from "../applied/removed-deployment.js";
import type { RunRequest } from "@infra/results";
import { synthesizeDeployment } from "./configuration.js";

/** The outputs of a configuration, by name: texts, numbers, and maps of them. */
type Outputs = Readonly<Record<string, unknown>>;

/** What reads the inventory's outputs before anything is applied. */
const checkedOperations: readonly string[] = ["validate", "policy", "plan", "apply", "cost"];

/** Which outputs the inventory's deployments have, by their synthesis: what is wrong there, no apply mends. */
export class DeclaredOutputs {
  private readonly known = new Map<string, Outputs | undefined>();
  private readonly deployments: ReadonlyMap<string, Deployment>;

  constructor(
    private readonly request: Pick<RunRequest, "root" | "inventory" | "destroy" | "offline" | "env">,
    deployments: readonly Deployment[],
  ) {
    this.deployments = new Map(deployments.map((deployment) => [deployment.id, deployment]));
  }

  /**
   * Takes note of the outputs of a deployment, and refuses its references to outputs that their deployments do not have.
   *
   * @throws InfraError with the place of each such reference
   */
  check(deployment: Deployment, { configuration, references }: Synthesis, operation: string): void {
    this.known.set(deployment.id, outputsIn(configuration));
    if (isRemoved(deployment) || this.request.destroy || !checkedOperations.includes(operation)) return;
    const problems = [...references.values()].flatMap((each) => this.problemOf(deployment, each) ?? []);
    if (problems.length > 0) throw new InfraError(problems);
  }

  private problemOf({ environment }: Deployment, reference: Reference): Problem | undefined {
    const id = reference.upstream(environment);
    const outputs = this.outputsOf(id);
    const there = outputs && besides(outputs, reference.path);
    if (!there) return undefined;
    const wanted = reference.path.join(".");
    const near = nearest(wanted, there);
    return {
      message: `${id} has no output "${wanted}"`,
      remedy: `${near === undefined ? "" : `Did you mean "${near}"? `}Its outputs are: ${there.join(", ") || "none"}`,
      place: reference.place,
    };
  }

  /** @returns undefined when it can't be told: what keeps a deployment from its synthesis is a problem of that one */
  private outputsOf(id: string): Outputs | undefined {
    if (!this.known.has(id)) this.known.set(id, this.synthesized(id));
    return this.known.get(id);
  }

  private synthesized(id: string): Outputs | undefined {
    const { root, inventory, offline = false, env } = this.request;
    try {
      const deployment = this.deployments.get(id) ?? loadInventory(inventory, { only: [id] }).deployments[0];
      return deployment && outputsIn(synthesizeDeployment(root, deployment, offline, env).synthesis.configuration);
    } catch {
      return undefined;
    }
  }
}

function outputsIn({ output = {} }: Synthesis["configuration"]): Outputs {
  return Object.fromEntries(Object.entries(output).map(([name, body]) => [name, (body as { value?: unknown }).value]));
}

/** What there is where the first step of a path leads nowhere. @returns undefined when no step is known to be wrong */
function besides(outputs: Outputs, path: readonly string[]): string[] | undefined {
  let current: unknown = outputs;
  for (const [depth, step] of path.entries()) {
    // What an expression gives, only the engine knows.
    if (typeof current !== "object" || current === null) return undefined;
    if (!Object.hasOwn(current, step))
      return Object.keys(current).map((key) => [...path.slice(0, depth), key].join("."));
    current = (current as Outputs)[step];
  }
  return undefined;
}
