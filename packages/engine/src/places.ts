import { type Deployment, type Path, type Place, placeOf, type Synthesis } from "@infra/core";

/** Where in the inventory a resource comes from. @returns undefined for a resource that is no longer in it */
export function placeOfAddress(
  deployment: Deployment,
  synthesis: Pick<Synthesis, "origins">,
  address: string,
): Place | undefined {
  const origin: Path | undefined = synthesis.origins[address.replace(/\[.*\]$/, "")];
  return origin && placeOf(deployment.config, origin);
}

/** `inventory/production/compute.yaml:14` */
export function formatPlace(place: Place): string {
  return `${place.file}:${String(place.line)}`;
}
