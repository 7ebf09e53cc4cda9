import { existsSync, lstatSync, realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { readJson, record } from "./options.js";

/** Where a package of a deployment comes from. */
export type PackageOrigin =
  | { readonly kind: "folder"; /** Relative to the workspace root, with slashes. */ readonly folder: string }
  | { readonly kind: "workspace"; /** Root of its project. */ readonly root: string }
  | { /** None of the workspace: what the lock file says of it is not known here. */ readonly kind: "external" };

/** Tells which packages are code of the workspace, each looked up once; the lock file is not read for it. */
export class Packages {
  private readonly origins = new Map<string, PackageOrigin>();

  /** @param root Absolute path of the workspace. */
  constructor(private readonly root: string) {}

  /** @param name A package's name, or a folder that begins with a dot. */
  origin(name: string): PackageOrigin {
    const known = this.origins.get(name) ?? this.lookUp(name);
    this.origins.set(name, known);
    return known;
  }

  /** Some packages, and for packages of the workspace also those that their package.json names, and so on. */
  withDependencies(names: readonly string[]): string[] {
    const all = new Set(names);
    for (const name of all) {
      const origin = this.origin(name);
      if (origin.kind === "workspace") for (const each of dependenciesOf(join(this.root, origin.root))) all.add(each);
    }
    return [...all];
  }

  /** What the package.json of a package of the workspace names, for users and for its own work. @param root Root of its project */
  dependenciesOf(root: string): string[] {
    const manifest = readJson(join(this.root, root, "package.json"));
    const kinds = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
    return kinds.flatMap((kind) => Object.keys(record(manifest[kind])));
  }

  private lookUp(name: string): PackageOrigin {
    if (name.startsWith(".") || name.startsWith("/")) {
      const folder = slashed(relative(this.root, join(this.root, name)));
      return folder === "" || folder.startsWith("..") ? { kind: "external" } : { kind: "folder", folder };
    }
    const installed = join(this.root, "node_modules", name);
    const link = lstatSync(installed, { throwIfNoEntry: false });
    if (link?.isSymbolicLink() && existsSync(installed)) {
      const root = relative(realpathSync(this.root), realpathSync(installed));
      if (!root.startsWith("..") && !root.split(sep).includes("node_modules"))
        return { kind: "workspace", root: slashed(root) };
    }
    return { kind: "external" };
  }
}

function dependenciesOf(folder: string): string[] {
  const { dependencies, peerDependencies } = readJson(join(folder, "package.json"));
  return Object.keys({ ...record(peerDependencies), ...record(dependencies) });
}

function slashed(path: string): string {
  return path.replaceAll("\\", "/");
}
