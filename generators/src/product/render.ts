import { join } from "node:path";
import { generateFiles, type Tree } from "@nx/devkit";
import { FsTree } from "nx/src/generators/tree";
import { at } from "./manifest.js";

const templates = join(__dirname, "../../files");

/** The files that a folder of templates makes, by their path. @param variables What the templates name */
export function render(folder: string, variables: object): ReadonlyMap<string, string> {
  const tree = new FsTree(join(templates, "nothing-is-here"), false);
  generateFiles(tree, join(templates, folder), ".", { ...variables, yaml });
  return new Map(tree.listChanges().map(({ path, content }) => [path, content?.toString() ?? ""]));
}

/** Writes the files that do not exist. @returns the paths that were written */
export function writeMissing(tree: Tree, folder: string, files: Iterable<readonly [string, string]>): string[] {
  return [...files].flatMap(([path, text]) => {
    const file = at(folder, path);
    if (tree.exists(file)) return [];
    tree.write(file, text);
    return [file];
  });
}

/** A text as a value in YAML, in quotes where it would be read as something else. */
function yaml(text: string): string {
  return /^[a-z][\w.-]*$/i.test(text) && !/^(?:true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
