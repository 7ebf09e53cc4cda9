import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { infraError } from "@infra/inventory";

/** What this package says of itself. */
export interface OwnManifest {
  readonly version: string;
  readonly repository: { readonly url: string };
  readonly engines: { readonly node: string };
  /** Packages of others in the versions that this one was tested with. */
  readonly "nx-migrations": {
    readonly packageGroup: readonly { readonly package: string; readonly version: string }[];
  };
}

/** The package.json of this package. */
export function ownManifest(): OwnManifest {
  return require("../../package.json") as OwnManifest;
}

/** `<owner>/<name>` of the repository that holds the pipelines and the Renovate preset. */
export function templateRepository(): string {
  const { url } = ownManifest().repository;
  const [, slug] = /[/:]([^/:]+\/[^/]+?)(?:\.git)?$/.exec(url) ?? [];
  if (!slug) throw infraError(`${JSON.stringify(url)} names no repository`, "Correct `repository` of @infra/product");
  return slug;
}

/** Exact versions of packages of others, by name, that this version was tested with. */
export function testedVersions(): Record<string, string> {
  return Object.fromEntries(ownManifest()["nx-migrations"].packageGroup.map((entry) => [entry.package, entry.version]));
}

/** Words of the stacks that the template knows how to begin: `compute`. */
export function templateStacks(): string[] {
  const words = readdirSync(join(__dirname, "../../files/stacks")).map((file) => file.replace(/\.yaml\.template$/, ""));
  return words.filter((word) => word !== "stack").sort();
}

/** The version of a package that is installed for a folder. @returns undefined when there is none */
export function installedVersion(name: string, folder: string): string | undefined {
  try {
    return (createRequire(join(folder, "package.json"))(`${name}/package.json`) as { version: string }).version;
  } catch {
    return undefined;
  }
}
