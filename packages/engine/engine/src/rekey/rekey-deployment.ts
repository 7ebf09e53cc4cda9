import type { DeploymentPaths } from "../deployment/paths.js";
import type { StateBackends } from "../deployment/state-backends.js";
import { isClean, type KeyReport, keysOfStored, rekey } from "./rekey.js";
import type { StateKeys } from "@infra/keys";

/** A deployment, and what is to be done with its keys. */
export interface RekeyRequest {
  readonly deployment: { readonly id: string; readonly file: string };
  readonly backends: StateBackends;
  readonly keys: StateKeys;
  readonly paths: (deployment: { id: string; file: string }) => DeploymentPaths;
  /** Only says what is under which key. @default false */
  readonly check?: boolean;
  /** First makes a new version of the key in Vault. @default false */
  readonly rotate?: boolean;
  /** At the end, when nothing is left, lets Vault refuse the older versions. @default false */
  readonly retire?: boolean;
}

/** Encrypts everything of a deployment anew, reads all of it again, and says what is under which key. @throws InfraError */
export async function rekeyDeployment(request: RekeyRequest): Promise<KeyReport> {
  const { deployment, backends, keys, paths, check = false, rotate = false, retire = false } = request;
  const { id } = deployment;
  const backend = await backends.of(deployment);
  const before = backends.kindOf(id) === "s3" ? await backends.ofKind(deployment, "folder") : undefined;
  const rekeying = { deployment: id, backend, paths: paths(deployment), ...(before && { before }) };
  const transit = keys.transitOf(id);
  const first = transit && rotate ? { first: () => transit.rotate() } : {};
  const rewritten = check ? 0 : await rekey({ ...rekeying, ...first, ring: keys.of(id) });
  // Keys that are asked for anew: the proof does not rest on what was remembered.
  const ring = keys.anew(id);
  const report = {
    deployment: id,
    place: backend.place,
    rewritten,
    key: ring.key.name,
    ...(await keysOfStored({ ...rekeying, ring })),
  };
  const version = await ring.key.newest();
  if (transit && version !== undefined && retire && !check && isClean(report)) await transit.retireBefore(version);
  return version === undefined ? report : { ...report, key: `${report.key} v${String(version)}` };
}
