import { infraError, type InfraError, type Problem } from "@infra/inventory";
import type { DeploymentRun } from "../deployment/deployment-run.js";

/** Why a removed deployment is not destroyed. */
export function notReviewed({ context, deployment: { id } }: DeploymentRun): InfraError {
  const offline = context.offline ? " --offline" : "";
  return infraError(
    `${id} is no longer in the inventory: it is destroyed by a plan that somebody has looked at`,
    `Make the plan and look at it: infra plan --destroy ${id}${offline}; then: infra destroy ${id}${offline} --yes`,
  );
}

/** Why nothing was changed: nobody said yes. */
export function notAgreed({ context, deployment: { id } }: DeploymentRun, destroy: boolean): Problem {
  const command = `infra ${destroy ? "destroy" : "apply"} ${id}${context.offline ? " --offline" : ""} --yes`;
  return { message: `${id} was not changed: nobody agreed`, remedy: `Say yes when asked, or run: ${command}` };
}

/** Is the state in a folder of a pipeline's clone, which goes with the job? */
export function wouldLoseState({ context: { offline, backends, request }, deployment }: DeploymentRun): boolean {
  const { GITHUB_ACTIONS, GITLAB_CI } = request.env ?? process.env;
  return !offline && Boolean(GITHUB_ACTIONS || GITLAB_CI) && backends.kindOf(deployment.id) === "folder";
}

/** Why a pipeline changes nothing whose state it would lose. */
export function stateWouldBeLost({ deployment: { id } }: DeploymentRun): Problem {
  return {
    message: `${id} was not changed: its state is in a local folder, which would be lost with the job`,
    remedy: "Keep states in a bucket (state: { kind: s3, … }), or apply on a machine that keeps and commits them",
  };
}

/** Why nothing was changed: there is no saved plan, and only such ones are to be applied. */
export function notPlanned({ context, deployment: { id, file } }: DeploymentRun, destroy: boolean): Problem {
  const again = `infra plan ${id}${context.offline ? " --offline" : ""}`;
  return {
    message: `${id} was not changed: there is no plan of these changes that was looked at`,
    remedy: destroy ? "Leave --planned out, and look at what is asked" : `Plan again and look at it: ${again}`,
    place: { file, line: 1, column: 1 },
  };
}
