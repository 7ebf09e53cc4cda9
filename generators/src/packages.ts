import { existsSync, lstatSync, readFileSync, realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { readJson, record } from "./options.js";

/** Where a package of a deployment comes from. */
export type PackageOrigin =
  | { readonly kind: "folder"; /** Relative to the workspace root, with slashes. */ readonly folder: string }
  | { readonly kind: "workspace"; /** Root of its project. */ readonly root: string }
  | { readonly kind: "external" }
  | { readonly kind: "missing" };

/**
 * Tells where packages come from, each looked up once. A package counts as external only if the lock file pins it: Nx refuses
 * every command when a target names an external dependency that it does not know.
 */
export class Packages {
  private readonly origins = new Map<string, PackageOrigin>();
  private lockFile: ((name: string) => boolean) | undefined;

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

  private lookUp(name: string): PackageOrigin {
    if (name.startsWith(".") || name.startsWith("/")) {
      const folder = slashed(relative(this.root, join(this.root, name)));
      return folder === "" || folder.startsWith("..") ? { kind: "missing" } : { kind: "folder", folder };
    }
    const installed = join(this.root, "node_modules", name);
    const link = lstatSync(installed, { throwIfNoEntry: false });
    if (link?.isSymbolicLink() && existsSync(installed)) {
      const root = relative(realpathSync(this.root), realpathSync(installed));
      if (!root.startsWith("..") && !root.split(sep).includes("node_modules"))
        return { kind: "workspace", root: slashed(root) };
    }
    return this.pinned(name) ? { kind: "external" } : { kind: "missing" };
  }

  private pinned(name: string): boolean {
    this.lockFile ??= readLockFile(this.root);
    return this.lockFile(name);
  }
}

function dependenciesOf(folder: string): string[] {
  const { dependencies, peerDependencies } = readJson(join(folder, "package.json"));
  return Object.keys({ ...record(peerDependencies), ...record(dependencies) });
}

/** Returns whether the workspace's lock file pins a package. */
function readLockFile(root: string): (name: string) => boolean {
  const npm = join(root, "package-lock.json");
  if (existsSync(npm)) {
    const packages = record(readJson(npm)["packages"]);
    return (name) => {
      const entry = packages[`node_modules/${name}`];
      return entry !== undefined && record(entry)["link"] !== true;
    };
  }
  const other = ["pnpm-lock.yaml", "yarn.lock", "bun.lock"]
    .map((name) => join(root, name))
    .find((file) => existsSync(file));
  const text = other === undefined ? "" : readFileSync(other, "utf8");
  return (name) => text.includes(`${name}@`);
}

function slashed(path: string): string {
  return path.replaceAll("\\", "/");
}
