import { z } from "zod";

const names = z.record(z.string(), z.string()).default({});

/** What is read of package-lock.json, of versions 2 and 3. */
export const lockfileSchema = z.object({
  packages: z
    .record(
      z.string(),
      z.object({
        version: z.string().optional(),
        resolved: z.string().optional(),
        link: z.boolean().default(false),
        dependencies: names,
        optionalDependencies: names,
        peerDependencies: names,
        peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().default(false) })).default({}),
      }),
    )
    .default({}),
});

/** Packages by their folder below the workspace. */
export type Lockfile = z.output<typeof lockfileSchema>;

/** The versions of a package before and after; one is missing when the package came or went. */
export interface PackageChange {
  readonly before?: string;
  readonly after?: string;
}

/** The packages at the top of node_modules whose version differs, by name. */
export function changedPackages(before: Lockfile, after: Lockfile): Map<string, PackageChange> {
  const [from, to] = [versionsIn(before), versionsIn(after)];
  const changed = [...new Set([...from.keys(), ...to.keys()])].filter((name) => from.get(name) !== to.get(name)).sort();
  return new Map(changed.map((name) => [name, changeOf(from.get(name), to.get(name))]));
}

function changeOf(before: string | undefined, after: string | undefined): PackageChange {
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

function versionsIn({ packages }: Lockfile): Map<string, string> {
  const found = new Map<string, string>();
  for (const folder of Object.keys(packages)) {
    const name = topLevel.exec(folder)?.[1];
    const version = name && entryOf({ packages }, name)?.version;
    if (name && version) found.set(name, version);
  }
  return found;
}

const topLevel = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/;

/** The entry of a package; a link leads to the folder that it stands for. */
function entryOf({ packages }: Lockfile, name: string): Lockfile["packages"][string] | undefined {
  const at = (folder: string) => (Object.hasOwn(packages, folder) ? packages[folder] : undefined);
  const entry = at(`node_modules/${name}`);
  return entry?.link && entry.resolved !== undefined ? at(entry.resolved) : entry;
}

/** Packages with everything that they depend on, by name, sorted; peers only where they are required. */
export function closureOf(lockfile: Lockfile, roots: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    const entry = found.has(name) ? undefined : entryOf(lockfile, name);
    if (!entry) return;
    found.add(name);
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = entry;
    const peers = Object.keys(peerDependencies).filter((peer) => !peerDependenciesMeta[peer]?.optional);
    for (const each of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) visit(each);
  };
  for (const root of roots) visit(root);
  return [...found].sort();
}
