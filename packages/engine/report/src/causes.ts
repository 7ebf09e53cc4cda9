import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bindingsOf, infraError, parseJson, providerNames } from "@infra/inventory";
import { git } from "@infra/io";
import { changedPackages, closureOf, type Lockfile, lockfileSchema, type PackageChange } from "./lockfile.js";
import type { Cause, ReportedDeployment } from "./report.js";

const npmLockfile = "package-lock.json";
const otherLockfiles = ["pnpm-lock.yaml", "yarn.lock", "bun.lock"];

/** What differs between a base and the working tree, seen from the workspace. */
export class Difference {
  private readonly known = new Map<string, Cause[]>();

  private constructor(
    /** Files that differ, relative to the workspace. */
    private readonly files: ReadonlySet<string>,
    private readonly packages: ReadonlyMap<string, PackageChange>,
    private readonly lockfile: Lockfile,
  ) {}

  /**
   * What changed since a branch or commit, as `nx affected --base` sees it: since the commit where the two parted.
   *
   * @throws InfraError when there is no such commit here
   */
  static async since(root: string, base: string): Promise<Difference> {
    const from = base.startsWith("-") ? undefined : await git(root, "merge-base", base, "HEAD");
    if (from === undefined)
      throw infraError(
        `${JSON.stringify(base)} is no commit that this one has an ancestor in common with`,
        "Fetch it with its history, such as git fetch --unshallow origin, or name another base",
      );
    const changed = await git(root, "diff", "--name-only", "--relative", "-z", from);
    const files = new Set((changed ?? "").split("\0").filter(Boolean));
    if (!files.has(npmLockfile)) return new Difference(files, new Map(), { packages: {} });
    const before = parse(await git(root, "show", `${from}:./${npmLockfile}`));
    const file = join(root, npmLockfile);
    const after = parse(existsSync(file) ? readFileSync(file, "utf8") : undefined);
    return new Difference(files, changedPackages(before, after), after);
  }

  /** Why a deployment is affected: its inventory files that changed, then the packages that it is made with. */
  causesOf({ origin, provider }: ReportedDeployment): Cause[] {
    if (!origin) return [];
    const own = origin.files.flatMap((file) => [file, file.replace(/\.yaml$/, ".lock.hcl")]);
    const found = new Set(own.filter((file) => this.files.has(file)));
    if (origin.package.startsWith("."))
      for (const file of this.files) if (file.startsWith(`${join(origin.package)}/`)) found.add(file);
    return [
      ...[...found].map((file): Cause => ({ kind: "file", file })),
      ...this.packagesOf(origin.package, provider),
      ...otherLockfiles.filter((file) => this.files.has(file)).map((file): Cause => ({ kind: "lockfile", file })),
    ];
  }

  /** The changed packages among those that decide what is deployed: the stack, the provider's bindings, the engine. */
  private packagesOf(stack: string, provider: string): Cause[] {
    const key = `${stack} ${provider}`;
    const known = this.known.get(key) ?? this.findPackages(stack, provider);
    this.known.set(key, known);
    return known;
  }

  private findPackages(stack: string, provider: string): Cause[] {
    const name = providerNames.find((each) => each === provider);
    const bindings = name ? bindingsOf(name).map((binding) => binding.bindings) : [];
    return closureOf(this.lockfile, [stack, ...bindings, "@infra/engine"]).flatMap((each): Cause[] => {
      const change = this.packages.get(each);
      return change ? [{ kind: "package", name: each, ...change }] : [];
    });
  }
}

/** A lockfile that can't be read has no packages. */
function parse(text = "{}"): Lockfile {
  return lockfileSchema.safeParse(parseJson(text)).data ?? { packages: {} };
}
