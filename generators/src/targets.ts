import type { TargetConfiguration } from "@nx/devkit";
import type { GraphDeployment } from "./deployments.js";
import type { PackageUse } from "./packages.js";

/** The targets of a deployment, and what each does. */
const descriptions = {
  synth: "Write the engine's configuration to .infra",
  validate: "Check the synthesized configuration with the engine",
  plan: "Show what an apply would change, and save the plan",
  apply: "Apply the saved plan, or plan now; needs --yes",
  destroy: "Delete everything that the deployment owns; needs --yes",
  drift: "Compare the state with the cloud; changes neither",
  output: "Print the outputs",
} as const;

/**
 * The targets of a deployment. None is cached: each reads a state or a cloud that Nx does not see. Their inputs say what
 * affects them.
 */
export function targetsOf(
  deployment: GraphDeployment,
  inventory: string,
  packages: PackageUse,
): Record<string, TargetConfiguration> {
  const { id, files, file } = deployment;
  const lockFile = file.replace(/\.yaml$/, ".lock.hcl");
  const inputs: TargetConfiguration["inputs"] = [
    ...[...files, lockFile].map((each) => `{workspaceRoot}/${each}`),
    // Not "^default": deployments have no files of their own, and Nx refuses to hash such projects.
    ...(packages.projects.length > 0 ? [{ input: "default", projects: [...packages.projects] }] : []),
    { externalDependencies: [...packages.external] },
  ];
  return Object.fromEntries(
    Object.entries(descriptions).map(([verb, description]) => [
      verb,
      {
        executor: "@infra/product:run",
        options: { verb, inventory, deployment: id },
        configurations: { offline: { offline: true } },
        cache: false,
        inputs,
        // A plan after the plans of what it refers to; nothing is ever applied because something else is.
        ...(verb === "plan" ? { dependsOn: ["^plan"] } : {}),
        metadata: { description, technologies: ["opentofu"] },
      } satisfies TargetConfiguration,
    ]),
  );
}
