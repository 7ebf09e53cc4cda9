import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { describeProvider, type ProviderName, providerNames } from "@infra/core/inventory";

/** The packages that a deployment's plan depends on. */
export interface PackageUse {
  /** Packages of the workspace itself: names of projects. */
  readonly projects: readonly string[];
  /** Installed packages: names in the lock file. */
  readonly external: readonly string[];
}

/** Tells workspace packages from installed ones; each package is looked at once. */
export class Packages {
  private readonly kinds = new Map<string, "project" | "external" | "missing">();

  private readonly lockFile: string;

  constructor(private readonly root: string) {
    const file = lockFiles.map((each) => join(root, each)).find((each) => existsSync(each));
    this.lockFile = file ? readFileSync(file, "utf8") : "";
  }

  /** The packages behind a stack on a cloud: the stack, the engine, and the bindings of the cloud. */
  usedBy(stack: string, provider: string | undefined): PackageUse {
    const bindings = isProvider(provider) ? [describeProvider(provider).bindings] : [];
    const names = [
      ...(stack.startsWith(".") ? [] : [stack.includes("/") ? stack : `@infra/stack-${stack}`]),
      "@infra/engine",
      ...bindings,
    ];
    return {
      projects: names.filter((name) => this.kindOf(name) === "project"),
      external: names.filter((name) => this.kindOf(name) === "external"),
    };
  }

  private kindOf(name: string): "project" | "external" | "missing" {
    const known = this.kinds.get(name) ?? this.look(name);
    this.kinds.set(name, known);
    return known;
  }

  /** A name that the lock file does not have must not become an input: one such name makes Nx refuse every command. */
  private look(name: string): "project" | "external" | "missing" {
    const folder = join(this.root, "node_modules", name);
    if (existsSync(join(folder, "package.json")) && this.isInWorkspace(realpathSync(folder))) return "project";
    return new RegExp(`["'/\\s]${name}["'@:]`).test(this.lockFile) ? "external" : "missing";
  }

  private isInWorkspace(folder: string): boolean {
    return folder.startsWith(realpathSync(this.root) + sep) && !folder.includes(`${sep}node_modules${sep}`);
  }
}

/** The lock files of npm, pnpm, yarn and bun. */
const lockFiles = ["package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"];

function isProvider(name: string | undefined): name is ProviderName {
  return (providerNames as readonly string[]).includes(name ?? "");
}
