import type { InferredDeployment } from "./deployments.js";

/** The files that declare deployments, sorted. */
export function deploymentFilesIn(inventory: string, files: readonly string[]): string[] {
  const prefix = inventory === "." ? "" : `${inventory}/`;
  const declares = (path: string) => /^[^./][^/]*\/[^./][^/]*\.yaml$/.test(path) && !path.endsWith("/environment.yaml");
  return files.filter((file) => file.startsWith(prefix) && declares(file.slice(prefix.length))).sort();
}

/** `production-compute`; two deployments that would share a name are told apart by a dot: `eu.west-compute`, `eu-west.compute`. */
export function projectNames(deployments: readonly InferredDeployment[]): string[] {
  const plain = deployments.map(({ environment, name }) => `${environment}-${name}`);
  const counts = new Map<string, number>();
  for (const name of plain) counts.set(name, (counts.get(name) ?? 0) + 1);
  return deployments.map(({ environment, name }, index) =>
    counts.get(plain[index] ?? "") === 1 ? `${environment}-${name}` : `${environment}.${name}`,
  );
}
