import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type YAMLError,
} from "yaml";
import { InfraError, type Place, type Problem } from "./errors.js";
import { isReferenceShape, Reference } from "./reference.js";
import { isSecretShape, SecretReference } from "./secret.js";

/** A value of the inventory together with the place it was read from. */
export interface Located {
  /** The value; for a map the entries hold the values and this is undefined. */
  readonly value?: unknown;
  readonly place: Place;
  /** Where the key stands, for a value that has one. */
  readonly keyPlace?: Place;
  /** Entries by key, for a map. */
  readonly entries?: ReadonlyMap<string, Located>;
  /** Items, for a list. */
  readonly items?: readonly Located[];
}

/** Limits of one file, against aliases that grow without end and files that are no inventory. */
const limits = { bytes: 1024 * 1024, nodes: 50_000, depth: 50 };

/**
 * Reads one YAML document into located values. The text must be UTF-8, hold one document and be a map at the top.
 *
 * @throws InfraError with every syntax error of the file.
 */
export function parseDocument(file: string, bytes: Uint8Array): Located {
  const text = decode(file, bytes);
  const lines = new LineCounter();
  const placeAt = (start: number, end = start + 1): Place => {
    const { line, col } = lines.linePos(start);
    const until = lines.linePos(end);
    return { file, line, column: col, ...(until.line === line && until.col > col ? { endColumn: until.col } : {}) };
  };
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: "1.2",
    uniqueKeys: true,
  });
  const [document, second] = Array.isArray(documents) ? documents : [];
  const whole = { file, line: 1, column: 1 };
  if (second)
    throw problem(placeAt(second.range[0]), "a second YAML document starts here", "Keep one document per file");
  if (document && document.errors.length > 0)
    throw new InfraError(document.errors.map((error) => syntaxProblem(error, placeAt)));
  if (!document?.contents) throw problem(whole, "the file is empty", "Write a map of settings, or remove the file");
  if (!isMap(document.contents)) {
    throw problem(
      placeAt(document.contents.range[0]),
      "the file is not a map of settings",
      "Write `key: value` lines at the top level",
    );
  }
  return new Reader(document, placeAt).read(document.contents, undefined, 0);
}

function decode(file: string, bytes: Uint8Array): string {
  const place = { file, line: 1, column: 1 };
  if (bytes.byteLength > limits.bytes) {
    throw problem(
      place,
      `the file has ${String(bytes.byteLength)} bytes, more than ${String(limits.bytes)}`,
      "Split it into several deployments",
    );
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw problem(place, "the file is not UTF-8", "Save it with the encoding UTF-8");
  }
  const zero = text.indexOf("\0");
  if (zero >= 0) throw problem(place, "the file holds NUL bytes", "Save it as plain text with the encoding UTF-8");
  return text;
}

function problem(place: Place, message: string, remedy: string): InfraError {
  return new InfraError([{ message, remedy, place }]);
}

function syntaxProblem(error: YAMLError, placeAt: (start: number) => Place): Problem {
  const remedy = error.code === "DUPLICATE_KEY" ? "Keep one of the two" : "Mend the YAML syntax at this place";
  return { message: `YAML: ${firstLine(error.message)}`, remedy, place: placeAt(error.pos[0]) };
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? text).replace(/[.:]$/, "");
}

/** Walks the nodes of one document once; aliases are followed within the limits. */
class Reader {
  private nodes = 0;

  constructor(
    private readonly document: Document.Parsed,
    private readonly placeAt: (start: number, end?: number) => Place,
  ) {}

  read(node: Node, keyPlace: Place | undefined, depth: number): Located {
    const place = this.placeOf(node);
    if (++this.nodes > limits.nodes)
      throw problem(
        place,
        `the file unfolds to more than ${String(limits.nodes)} values`,
        "Write the values out instead of nesting aliases",
      );
    if (depth > limits.depth)
      throw problem(place, `the file nests deeper than ${String(limits.depth)} levels`, "Flatten it");
    const key = keyPlace ? { keyPlace } : {};
    if (isAlias(node)) return { ...this.read(this.target(node, place), keyPlace, depth + 1), place, ...key };
    if (isMap(node)) return this.readMap(node.items, place, key, depth);
    if (isSeq(node))
      return { place, ...key, items: node.items.map((item) => this.read(item as Node, undefined, depth + 1)) };
    const value = isScalar(node) ? node.value : null;
    return { place, ...key, value: isSecretShape(value) ? SecretReference.parse(value, place) : value };
  }

  private readMap(
    items: readonly { key: unknown; value: unknown }[],
    place: Place,
    key: { keyPlace?: Place },
    depth: number,
  ): Located {
    const entries = new Map<string, Located>();
    for (const pair of items) {
      const keyNode = pair.key as Node;
      const at = this.placeOf(keyNode);
      const name: unknown = isScalar(keyNode) ? keyNode.value : undefined;
      if (typeof name !== "string" && typeof name !== "number" && typeof name !== "boolean")
        throw problem(at, "a key must be plain text", "Write the key as a word");
      if (name === "__proto__") throw problem(at, '"__proto__" is not a key', "Remove it");
      entries.set(
        String(name),
        pair.value ? this.read(pair.value as Node, at, depth + 1) : { value: null, place: at, keyPlace: at },
      );
    }
    const located: Located = { place, ...key, entries };
    return isReferenceShape(located) ? { place, ...key, value: Reference.parse(located) } : located;
  }

  private target(node: Node, place: Place): Node {
    const target = isAlias(node) ? node.resolve(this.document) : undefined;
    if (!target) throw problem(place, "the alias has no anchor above it", "Define the anchor before its use");
    return target;
  }

  private placeOf(node: Node): Place {
    const range = node.range;
    return range ? this.placeAt(range[0], range[1]) : this.placeAt(0);
  }
}
