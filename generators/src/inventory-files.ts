import { readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { mkdirSync } from "node:fs";
import { type Located, locatedAt, readInventoryFile, Reference, walkLocated } from "@infra/core/inventory";

/** What the graph needs to know of one inventory file. */
export interface FileSummary {
  /** The stack that a deployment names. @default - the file's name */
  readonly stack?: string;
  readonly provider?: string;
  /** Upstream deployments of a deployment's own configuration: `compute`, or `production/compute` of another environment. */
  readonly references: readonly string[];
  /** Upstream deployments by stack, from the `stacks` section of product.yaml and environment.yaml. */
  readonly stacks: Readonly<Record<string, readonly string[]>>;
  /** Why the file cannot be read; its deployment stays in the graph, and running it says the whole. */
  readonly problem?: string;
}

interface Entry {
  /** Changes whenever the file does. */
  readonly key: string;
  readonly summary: FileSummary;
}

/** Raised when summaries of an older version must not be used. */
const version = 1;

/** Summaries of inventory files; a file is read again only when it has changed. */
export class InventoryFiles {
  private readonly known: Map<string, Entry>;
  private readonly used = new Map<string, Entry>();
  private changed = false;
  /** How many files were read, not taken from the cache. */
  reads = 0;

  /**
   * @param root Root of the workspace.
   * @param cache File that keeps the summaries between processes.
   */
  constructor(
    private readonly root: string,
    private readonly cache: string,
  ) {
    this.known = readCache(cache);
  }

  /** The summary of a file, named relative to the root. */
  summaryOf(file: string): FileSummary {
    const path = join(this.root, file);
    const { mtimeNs, size, ino } = statSync(path, { bigint: true });
    const key = `${String(mtimeNs)}-${String(size)}-${String(ino)}`;
    const known = this.known.get(file);
    const entry = known?.key === key ? known : { key, summary: this.read(path) };
    this.used.set(file, entry);
    return entry.summary;
  }

  /** Keeps what was read; files that were not asked for are forgotten. */
  save(): void {
    if (!this.changed && this.used.size === this.known.size) return;
    mkdirSync(dirname(this.cache), { recursive: true });
    writeFileSync(this.cache, JSON.stringify({ version, files: Object.fromEntries(this.used) }));
  }

  private read(path: string): FileSummary {
    this.reads += 1;
    this.changed = true;
    try {
      return summarize(readInventoryFile(path));
    } catch (error) {
      return { references: [], stacks: {}, problem: error instanceof Error ? error.message : String(error) };
    }
  }
}

function summarize(document: Located): FileSummary {
  const stack = text(document, "stack");
  const provider = text(document, "provider");
  const stacks = locatedAt(document, ["stacks"])?.entries ?? new Map<string, Located>();
  return {
    ...(stack === undefined ? {} : { stack }),
    ...(provider === undefined ? {} : { provider }),
    references: upstreams(locatedAt(document, ["config"])),
    stacks: Object.fromEntries([...stacks].map(([name, config]) => [name, upstreams(config)])),
  };
}

function text(document: Located, key: string): string | undefined {
  const value = locatedAt(document, [key])?.value;
  return typeof value === "string" ? value : undefined;
}

function upstreams(config: Located | undefined): string[] {
  if (!config) return [];
  const references = [...walkLocated(config)].flatMap(({ value }) => (value instanceof Reference ? [value] : []));
  return [
    ...new Set(
      references.map(({ environment, deployment }) => (environment ? `${environment}/${deployment}` : deployment)),
    ),
  ];
}

function readCache(file: string): Map<string, Entry> {
  try {
    const cached = JSON.parse(readFileSync(file, "utf8")) as { version: number; files: Record<string, Entry> };
    return new Map(cached.version === version ? Object.entries(cached.files) : []);
  } catch {
    return new Map();
  }
}
