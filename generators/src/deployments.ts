import { posix } from "node:path";
import { deploymentName, environmentFile, productFile } from "@infra/core/inventory";
import type { FileSummary, InventoryFiles } from "./inventory-files.js";

/** One deployment, as the graph knows it. */
export interface GraphDeployment {
  /** `production-compute`: the name of its project. */
  readonly project: string;
  /** `production/compute`, as commands take it. */
  readonly id: string;
  readonly environment: string;
  readonly name: string;
  /** Its inventory file, relative to the workspace. */
  readonly file: string;
  /** The inventory files that it is merged from. */
  readonly files: readonly string[];
  readonly stack: string;
  readonly provider: string | undefined;
  /** Ids of the deployments that it refers to. */
  readonly upstream: readonly string[];
  /** Why its file, or one that it shares, cannot be read. */
  readonly problem: string | undefined;
}

/**
 * The deployments of an inventory.
 *
 * @param inventory Folder of the inventory, relative to the workspace.
 * @param candidates YAML files of the workspace, relative to it; the ones outside the inventory are left out.
 */
export function findDeployments(
  inventory: string,
  candidates: readonly string[],
  files: InventoryFiles,
): GraphDeployment[] {
  const product = posix.join(inventory, productFile);
  const present = new Set(candidates);
  if (!present.has(product)) return [];
  const found = candidates.flatMap((file) => {
    const parts = posix.relative(inventory, file).split("/");
    const [environment = "", base = ""] = parts;
    const name = parts.length === 2 && environment !== ".." ? deploymentName(base) : undefined;
    return name === undefined
      ? []
      : [{ file, environment, name, id: `${environment}/${name}`, project: `${environment}-${name}` }];
  });
  const ids = new Set(found.map(({ id }) => id));
  const shared = files.summaryOf(product);
  return found.map((deployment) => {
    const settings = posix.join(inventory, deployment.environment, environmentFile);
    const environment = present.has(settings) ? files.summaryOf(settings) : undefined;
    const own = files.summaryOf(deployment.file);
    const levels = [shared, ...(environment ? [environment] : []), own];
    const stack = own.stack ?? deployment.name;
    const upstream = upstreamOf(levels, stack, deployment.environment).filter(
      (id) => ids.has(id) && id !== deployment.id,
    );
    return {
      ...deployment,
      files: [product, ...(environment ? [settings] : []), deployment.file],
      stack,
      provider: levels.findLast((level) => level.provider)?.provider,
      upstream,
      problem: levels.find((level) => level.problem)?.problem,
    };
  });
}

function upstreamOf(levels: readonly FileSummary[], stack: string, environment: string): string[] {
  const named = levels.flatMap((level) => [...level.references, ...(level.stacks[stack] ?? [])]);
  return [...new Set(named.map((reference) => (reference.includes("/") ? reference : `${environment}/${reference}`)))];
}
