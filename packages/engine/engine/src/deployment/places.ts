import { type Deployment, type Path, type Place, placeOf } from "@infra/inventory";
import type { Synthesis } from "@infra/core";

/** Where in the inventory a resource comes from. @returns undefined for a resource that is no longer in it */
export function placeOfAddress(
  deployment: Deployment,
  synthesis: Pick<Synthesis, "origins">,
  address: string,
): Place | undefined {
  const name = address.replace(/\[.*\]$/, "");
  const origin: Path | undefined = Object.hasOwn(synthesis.origins, name) ? synthesis.origins[name] : undefined;
  return origin && placeOf(deployment.config, origin);
}

/** `inventory/production/compute.yaml:14` */
export function formatPlace(place: Place): string {
  return `${place.file}:${String(place.line)}`;
}
