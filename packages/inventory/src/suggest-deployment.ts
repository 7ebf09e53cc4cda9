import { suggest } from "./errors.js";
import type { DeploymentFile } from "./files.js";

/** What somebody may have meant who names no deployment: all of an environment, one of a name, a file, or a misspelled one. */
export function suggestDeployment(given: string, files: ReadonlyMap<string, DeploymentFile>): string {
  const word = given.replace(/\/\*?$/, "");
  const isMeant = ({ environment, name, id }: DeploymentFile): boolean =>
    environment === word || name === word || word === `${id}.yaml` || word.endsWith(`/${id}.yaml`);
  const meant = [...files.values()].filter(isMeant).map(({ id }) => id);
  if (meant.length === 0) return suggest(given, [...files.keys()]);
  return `Name ${meant.length === 1 ? "it" : "them"} by environment and name: ${meant.join(" ")}`;
}
