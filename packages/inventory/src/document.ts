import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
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
  refuseConflicts(file, text);
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
    logLevel: "error",
    resolveKnownTags: false,
  });
  const [document, second] = Array.isArray(documents) ? documents : [];
  const whole = { file, line: 1, column: 1 };
  if (second)
    throw problem(placeAt(second.range[0]), "a second YAML document starts here", "Keep one document per file");
  const wrong = [...(document?.errors ?? []), ...(document?.warnings ?? [])];
  if (wrong.length > 0) throw new InfraError(wrong.map((error) => syntaxProblem(error, placeAt)));
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

/** Markers of a merge stand at the beginning of a line, where no text of an inventory can be. */
function refuseConflicts(file: string, text: string): void {
  const first = text.split("\n").findIndex((line) => /^(?:<{7}|>{7})(?:\s|$)/.test(line));
  if (first < 0) return;
  throw problem(
    { file, line: first + 1, column: 1, endColumn: 8 },
    "a merge conflict of git is not resolved",
    "Choose one of the two sides, and remove the markers",
  );
}

function problem(place: Place, message: string, remedy: string): InfraError {
  return new InfraError([{ message, remedy, place }]);
}

function syntaxProblem(error: YAMLError, placeAt: (start: number, end?: number) => Place): Problem {
  const place = placeAt(error.pos[0], error.pos[1]);
  if (error.code === "TAG_RESOLVE_FAILED" && error.name === "YAMLWarning")
    return {
      message: `YAML: ${firstLine(error.message).replace("Unresolved tag:", "unknown tag")}`,
      remedy:
        "Remove the tag: a secret is written secret://<path>#<field>, a reference { output: <deployment>.<output> }",
      place,
    };
  const remedy = error.code === "DUPLICATE_KEY" ? "Keep one of the two" : "Correct the YAML syntax at this place";
  return { message: `YAML: ${firstLine(error.message)}`, remedy, place };
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? text).replace(/[.:]$/, "");
}

/** The value of a scalar. @throws InfraError for a number that JSON does not hold as it is written */
function numberIn({ value, source }: Scalar, place: Place): unknown {
  if (typeof value !== "number") return value;
  const written = source ?? String(value);
  if (!Number.isFinite(value))
    throw problem(place, `${written} is not a finite number`, "Write a number, or quote it where a text is meant");
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw problem(place, `${written} is too big for a number: digits would be lost`, `Quote it: "${written}"`);
  return value;
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
    const value = isScalar(node) ? numberIn(node, place) : null;
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
      if (name === "<<")
        throw problem(
          at,
          "merge keys (<<) are unsupported",
          "Write the keys out, or put what deployments share below stacks: of product.yaml or environment.yaml",
        );
      if (entries.has(String(name)))
        throw problem(at, `the key ${JSON.stringify(String(name))} stands twice in this map`, "Keep one of the two");
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
