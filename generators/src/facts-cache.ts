import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { readJson } from "@infra/core/inventory";
import { z } from "zod";

const entrySchema = z.object({ key: z.string(), facts: z.unknown() });
const entriesSchema = z.array(z.tuple([z.string(), entrySchema]));
type Entry = Readonly<z.output<typeof entrySchema>>;

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
  return new Map(entriesSchema.safeParse(readJson(file)).data ?? []);
}
