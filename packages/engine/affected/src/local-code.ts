import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import type { FactsCache } from "./facts-cache.js";

/** What the code of a folder of the workspace uses. */
export interface LocalCode {
  /** Files outside the folder that it imports, relative to the root, each as a pattern. */
  readonly files: readonly string[];
  /** Packages that it imports. */
  readonly packages: readonly string[];
}

const imported = /(?:\bfrom|\bimport|\brequire|\bresolve)\s*\(?\s*(["'`])([^"'`\n]+)\1/g;

/** Finds what folders of the workspace import; a file that did not change is not read again. */
export class LocalCodeReader {
  private readonly known = new Map<string, LocalCode>();

  /** @param hashes Hash of every file of the workspace, by its path relative to the root */
  constructor(
    private readonly root: string,
    private readonly hashes: ReadonlyMap<string, string>,
    private readonly cache: FactsCache,
  ) {}

  /** @param folder Relative to the root, with slashes */
  of(folder: string): LocalCode {
    const known = this.known.get(folder) ?? this.read(folder);
    this.known.set(folder, known);
    return known;
  }

  private read(folder: string): LocalCode {
    const seen = new Set(this.sourcesOf(folder));
    const packages = new Set<string>();
    const files = new Set<string>();
    for (const file of seen) {
      for (const specifier of this.importsOf(file)) {
        if (!specifier.startsWith(".")) {
          packages.add(packageOf(specifier));
          continue;
        }
        const target = posix.join(posix.dirname(file), specifier);
        if (target.startsWith("..") || `${target}/`.startsWith(`${folder}/`)) continue;
        const found = this.sourcesOf(target);
        for (const each of found) seen.add(each);
        // What is not there yet is named as well.
        files.add(found.length === 0 ? `${target}*` : target);
        for (const each of found) files.add(each);
      }
    }
    return { files: [...files].sort(), packages: [...packages].sort() };
  }

  private importsOf(file: string): readonly string[] {
    return this.cache.facts(file, this.hashes.get(file) ?? "", () => {
      const text = readFileSync(join(this.root, file), "utf8");
      return [...new Set([...text.matchAll(imported)].map(([, , specifier = ""]) => specifier))];
    });
  }

  /** The files of code that an import of a path may mean: itself, with an ending, or all of a folder. */
  private sourcesOf(path: string): string[] {
    const bare = path.replace(/\.[cm]?js$/, "");
    return [...this.hashes.keys()].filter(
      (file) =>
        /\.(?:[cm]?[jt]s|json)$/.test(file) &&
        (file === path || file.startsWith(`${path}/`) || file.replace(/\.(?:[cm]?[jt]s|json)$/, "") === bare),
    );
  }
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
