import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Changes } from "./changed-files.js";
import { textsAt } from "./lock-changes.js";
import { lockFileIn, lockFileNames, parseLockFile } from "./lock-file.js";
import { parseJson } from "@infra/inventory";
import { record } from "./options.js";
import { PackageGraph } from "./package-graph.js";

/** Names of the packages that changed; `everything` where Nx takes the change for one of all projects. */
export type ChangedPackages = ReadonlySet<string> | "everything";

/** The packages that changed in the lock file and in package.json, by the rules of Nx. */
export async function changedPackages(
  root: string,
  nxJson: Readonly<Record<string, unknown>>,
  changes: Changes,
): Promise<ChangedPackages> {
  const locked = await changedInLock(root, nxJson, changes);
  if (locked === "everything" || !changes.files.has("package.json")) return locked;
  const pinned = await changedPins(root, nxJson, changes);
  return pinned === "everything" ? pinned : new Set([...locked, ...pinned]);
}

async function changedInLock(
  root: string,
  nxJson: Readonly<Record<string, unknown>>,
  changes: Changes,
): Promise<ChangedPackages> {
  const file = lockFileNames.find((name) => changes.files.has(name));
  if (file === undefined) return new Set();
  const rule = record(record(nxJson["pluginsConfig"])["@nx/js"])["projectsAffectedByDependencyUpdates"];
  if (rule !== "auto") return "everything";
  const [before, after] = await versionsOf(root, file, changes);
  if (before === undefined || after === undefined) return "everything";
  try {
    const [base, head] = [parseLockFile(file, before), parseLockFile(file, after)];
    const all = new Set([...base.fingerprints.keys(), ...head.fingerprints.keys()]);
    return new Set([...all].filter((name) => base.fingerprints.get(name) !== head.fingerprints.get(name)));
  } catch {
    return "everything";
  }
}

/** The texts of a file before and after; undefined where it does not exist. */
async function versionsOf(
  root: string,
  file: string,
  { base, head }: Changes,
): Promise<[before: string | undefined, after: string | undefined]> {
  const [before] = await textsAt(root, file, [base]);
  if (head !== undefined) return [before, (await textsAt(root, file, [head]))[0]];
  const path = join(root, file);
  return [before, existsSync(path) ? readFileSync(path, "utf8") : undefined];
}

/** What package.json pins in another way. A pin that is removed is a change of everything. */
async function changedPins(
  root: string,
  nxJson: Readonly<Record<string, unknown>>,
  changes: Changes,
): Promise<ChangedPackages> {
  const [before, after] = (await versionsOf(root, "package.json", changes)).map(parsed);
  const graph = lockFileIn(root) === undefined ? undefined : PackageGraph.read(root);
  if (!before || !after) return new Set(graph?.names() ?? []);
  const decisive = new Set(["nx", ...pluginsOf(nxJson)]);
  const found = new Set<string>();
  for (const kind of ["dependencies", "devDependencies"])
    for (const name of differing(before[kind], after[kind])) {
      if (!(name in record(after[kind]))) return "everything";
      const names = name.startsWith("@types/") ? [name, name.slice("@types/".length)] : [name];
      if (graph?.has(name) && decisive.has(name)) return "everything";
      for (const each of names) found.add(each);
    }
  for (const name of changedOverrides(before, after)) {
    if (!graph?.has(name) || decisive.has(name)) return "everything";
    found.add(name);
  }
  return found;
}

function parsed(text: string | undefined): Record<string, unknown> | undefined {
  const json = text === undefined ? undefined : parseJson(text);
  return json === undefined ? undefined : record(json);
}

/** Names of the packages of the plugins of nx.json. */
function pluginsOf({ plugins }: Readonly<Record<string, unknown>>): string[] {
  return (Array.isArray(plugins) ? plugins : []).flatMap((each: unknown) => {
    const plugin = typeof each === "string" ? each : record(each)["plugin"];
    return typeof plugin === "string" ? [packageOf(plugin)] : [];
  });
}

function packageOf(path: string): string {
  return path
    .split("/")
    .slice(0, path.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Keys whose values are not the same in two objects. */
function differing(before: unknown, after: unknown): string[] {
  const [old, present] = [record(before), record(after)];
  const keys = new Set([...Object.keys(old), ...Object.keys(present)]);
  return [...keys].filter((key) => JSON.stringify(old[key]) !== JSON.stringify(present[key]));
}

/** Packages that are resolved in another way because package.json overrides them: the last name of a selector. */
function changedOverrides(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const places = [["overrides"], ["resolutions"], ["pnpm", "overrides"]];
  return places.flatMap((place) => {
    const at = (value: unknown) => place.reduce<unknown>((found, key) => record(found)[key], value);
    return overridden(at(before), at(after));
  });
}

function overridden(before: unknown, after: unknown): string[] {
  return differing(before, after).flatMap((key) => {
    const [old, present] = [record(before)[key], record(after)[key]];
    const isNested = [old, present].some((value) => typeof value === "object" && value !== null);
    const name = packageOfSelector(key);
    if (!isNested) return [name];
    // `.` is the package that the entry is about.
    return overridden(old, present).map((inner) => (inner === "." ? name : inner));
  });
}

/** `@acme/web@1 > tool@^2` → `tool`. */
function packageOfSelector(selector: string): string {
  const last = (selector.split(">").pop() ?? "").trim();
  const parts = last.split("/");
  const name = parts.at(-2)?.startsWith("@") ? parts.slice(-2).join("/") : (parts.at(-1) ?? "");
  const version = name.indexOf("@", 1);
  return version > 0 ? name.slice(0, version) : name;
}
