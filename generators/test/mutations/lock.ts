import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** One entry of an npm lock file. */
export interface LockEntry {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  [other: string]: unknown;
}

/** What of an npm lock file is written. */
export interface NpmLock {
  name: string;
  version: string;
  lockfileVersion: number;
  requires: boolean;
  packages: Record<string, LockEntry>;
}

/** What of a product's package.json decides about its lock file. */
export interface Dependent {
  readonly name: string;
  readonly version: string;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Record<string, string>;
}

const repository = resolve(__dirname, "../../..");

/** A hash of the form that npm writes. */
export function integrityOf(text: string): string {
  return `sha512-${createHash("sha512").update(text).digest("base64")}`;
}

/**
 * The lock file that npm would write for a product, by the versions that this repository has locked. Packages of the repository stand
 * in it as if they came from the registry.
 */
export function lockOf(manifest: Dependent): NpmLock {
  const { packages: known } = JSON.parse(readFileSync(join(repository, "package-lock.json"), "utf8")) as NpmLock;
  const packages: Record<string, LockEntry> = { "": { ...manifest } };
  const seen = new Set<string>();
  const queue = Object.keys(manifest.dependencies ?? {}).map((name) => ({ name, from: "" }));
  for (const { name, from } of queue) {
    const place = placeOf(name, from, known);
    if (place === undefined || seen.has(place)) continue;
    seen.add(place);
    const entry = known[place];
    const source = entry?.link === true ? String(entry.resolved) : place;
    const content = known[source];
    if (!content) continue;
    packages[published(place, known)] = entry?.link === true ? fromRegistry(name, content) : content;
    const optional = (each: string) => content.peerDependenciesMeta?.[each]?.optional === true;
    const peers = Object.keys(content.peerDependencies ?? {}).filter((each) => !optional(each));
    const wanted = [...Object.keys({ ...content.dependencies, ...content.optionalDependencies }), ...peers];
    queue.push(...wanted.map((each) => ({ name: each, from: source })));
  }
  const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { name: manifest.name, version: manifest.version, lockfileVersion: 3, requires: true, packages: sorted };
}

/** Where npm finds a package from a folder of the lock file. */
function placeOf(name: string, from: string, known: NpmLock["packages"]): string | undefined {
  for (let folder = from; ; folder = folder.includes("/") ? folder.slice(0, folder.lastIndexOf("/")) : "") {
    const place = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (known[place]) return place;
    if (folder === "") return undefined;
  }
}

/** The place of a package below a workspace, once that workspace is a package of the registry. */
function published(place: string, known: NpmLock["packages"]): string {
  const [link] = Object.entries(known).find(([, { link, resolved }]) => link && place.startsWith(`${resolved}/`)) ?? [];
  const folder = link === undefined ? undefined : known[link]?.resolved;
  return link !== undefined && folder !== undefined ? `${link}${place.slice(folder.length)}` : place;
}

function fromRegistry(name: string, { version = "", ...content }: LockEntry): LockEntry {
  const { dependencies, peerDependencies, peerDependenciesMeta } = content;
  const resolved = `https://registry.npmjs.org/${name}/-/${name.split("/").pop() ?? name}-${version}.tgz`;
  return {
    version,
    resolved,
    integrity: integrityOf(`${name}@${version}`),
    ...(dependencies ? { dependencies } : {}),
    ...(peerDependencies ? { peerDependencies } : {}),
    ...(peerDependenciesMeta ? { peerDependenciesMeta } : {}),
  };
}
