import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

interface Entry {
  readonly key: string;
  readonly facts: unknown;
}

/**
 * Facts of files that were read before, by the file's path and a key that changes with its content. Only what a run asks
 * for is kept, so the cache is as large as the inventory.
 */
export class FactsCache {
  private readonly known: ReadonlyMap<string, Entry>;
  private readonly used = new Map<string, Entry>();
  private changed = false;

  /** @param file Where the cache is kept between runs; a missing or broken file is an empty cache */
  constructor(private readonly file: string) {
    this.known = load(file);
  }

  /** The facts of a file: the known ones if the key is the same, else what `read` returns. */
  facts<T>(path: string, key: string, read: () => T): T {
    const entry = this.known.get(path);
    const hit = entry?.key === key;
    const facts = hit ? (entry.facts as T) : read();
    if (!hit) this.changed = true;
    this.used.set(path, { key, facts });
    return facts;
  }

  /** Writes the cache, if anything in it changed. A cache that cannot be written is rebuilt by the next run. */
  save(): void {
    if (!this.changed && this.used.size === this.known.size) return;
    const draft = `${this.file}.${String(process.pid)}`;
    try {
      mkdirSync(dirname(this.file), { recursive: true });
      writeFileSync(draft, JSON.stringify([...this.used]));
      renameSync(draft, this.file);
    } catch {
      return;
    }
  }
}

function load(file: string): ReadonlyMap<string, Entry> {
  try {
    const entries: unknown = JSON.parse(readFileSync(file, "utf8"));
    return new Map(Array.isArray(entries) ? entries.filter(isEntry) : []);
  } catch {
    return new Map();
  }
}

function isEntry(value: unknown): value is [string, Entry] {
  if (!Array.isArray(value)) return false;
  const [path, entry] = value as unknown[];
  return typeof path === "string" && typeof entry === "object" && entry !== null && "key" in entry && "facts" in entry;
}
