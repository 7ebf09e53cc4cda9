import { isMap, isScalar, type Node, parseDocument, type Scalar, visit, type YAMLMap } from "yaml";
import type { Tree } from "@nx/devkit";
import { at, readManifest } from "./manifest.js";

/** An entry of a map in a YAML file, as a migration sees it. */
export interface YamlEntry {
  /** Keys from the top of the file to this entry's own: `["config", "groups", "web", "size"]`. */
  readonly path: readonly string[];
  /** Its value, when that is a plain one. */
  readonly value: unknown;
  /** The keys of its map, its own among them. */
  readonly keys: readonly string[];
}

/** What takes the place of a key, or of a plain value: the text that stands in the file. */
export interface YamlEdit {
  readonly key?: string;
  readonly value?: string;
}

/** Says what becomes of an entry; undefined leaves it. */
export type YamlEditor = (entry: YamlEntry) => YamlEdit | undefined;

/**
 * Changes keys and plain values of a YAML text. Every other byte stays: comments, blank lines, quotes and alignment are the
 * product's. A text that cannot be read is returned as it is.
 */
export function editYaml(text: string, editor: YamlEditor): string {
  const document = parseDocument(text, { logLevel: "error" });
  if (document.errors.length > 0) return text;
  const pieces: { start: number; end: number; text: string }[] = [];
  const replace = (node: unknown, replacement: string | undefined) => {
    const range = isScalar(node) ? node.range : undefined;
    if (range && replacement !== undefined) pieces.push({ start: range[0], end: range[1], text: replacement });
  };
  visit(document, {
    Pair: (_, pair, ancestors) => {
      if (!isScalar(pair.key)) return;
      const edit = editor({
        path: [...keysAbove(ancestors), wordOf(pair.key)],
        value: isScalar(pair.value) ? pair.value.value : undefined,
        keys: keysOf(ancestors.at(-1)),
      });
      replace(pair.key, edit?.key);
      replace(pair.value, edit?.value);
    },
  });
  return pieces.reduceRight((all, { start, end, text: piece }) => all.slice(0, start) + piece + all.slice(end), text);
}

/** Changes the YAML files of a product's inventory. @returns the paths that were changed */
export function editInventory(tree: Tree, editor: YamlEditor, wanted = /\.ya?ml$/): string[] {
  return inventoryFiles(tree, wanted).filter((file) => {
    const text = tree.read(file, "utf8") ?? "";
    const edited = editYaml(text, editor);
    if (edited !== text) tree.write(file, edited);
    return edited !== text;
  });
}

/** The files of a product's inventory whose path matches. */
export function inventoryFiles(tree: Tree, wanted: RegExp): string[] {
  const below = (folder: string): string[] =>
    tree.children(folder).flatMap((name) => {
      const path = at(folder, name);
      return tree.isFile(path) ? [path] : below(path);
    });
  return below(readManifest(tree).infra?.inventory ?? "inventory").filter((path) => wanted.test(path));
}

function keysAbove(ancestors: readonly unknown[]): string[] {
  return ancestors.flatMap((each) => {
    const key = (each as { key?: Node }).key;
    return isScalar(key) ? [wordOf(key)] : [];
  });
}

function keysOf(map: unknown): string[] {
  return isMap(map) ? (map as YAMLMap).items.flatMap(({ key }) => (isScalar(key) ? [wordOf(key)] : [])) : [];
}

function wordOf(key: Scalar): string {
  return String(key.value);
}
