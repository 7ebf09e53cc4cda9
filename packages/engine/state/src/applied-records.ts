import { parseJson } from "@infra/inventory";
import { z } from "zod";
import { inBatches } from "@infra/io";
import { damagedState, ignoreDamaged, lockLost, StateError, storageFailed } from "./errors.js";
import { sha256Of } from "./stores/pointer.js";
import type { FileKind, StateFiles } from "./stores/state-files.js";
import type { Fence } from "./stores/store.js";

const KIND: FileKind = "applied";
const RECORD_NAME = /^(\d{8,15})-([0-9a-f]{16})\.json$/;
const names = z.record(z.string(), z.string());

const recordSchema = z.object({
  version: z.int().min(0),
  operation: z.enum(["apply", "destroy"]),
  outcome: z.enum(["started", "done", "failed"]),
  time: z.iso.datetime(),
  by: z.string(),
  commit: z.string().optional(),
  engine: z.object({ name: z.enum(["tofu", "terraform"]), version: z.string().regex(/^\d+\.\d+\.\d+[\w.+-]*$/) }),
  digest: z.string(),
  inventory: z.string(),
  packages: names,
  providers: names,
  configuration: z.string().regex(/^[0-9a-f]{16}\.configuration\.json$/),
});

const choice = z.object({
  what: z.enum(["size", "image"]),
  at: z.string(),
  wanted: z.string().optional(),
  chosen: z.record(z.string(), z.unknown()),
});

const configurationSchema = z.object({
  stack: z.string(),
  settings: z.record(z.string(), z.unknown()),
  configuration: z.record(z.string(), z.unknown()),
  references: names,
  secrets: names,
  lockFile: z.string(),
  choices: z.array(choice).optional(),
});

/** What is on record of an apply or a destroy: one record when it begins, one when it ends. */
export interface AppliedRecord {
  /** Version of the state that was current when this was recorded; 0: there was none. */
  readonly version: number;
  readonly operation: "apply" | "destroy";
  /** `started` as the last record: the run died, or is still at work. */
  readonly outcome: "started" | "done" | "failed";
  /** ISO 8601, UTC. */
  readonly time: string;
  /** `ada@build-7`. */
  readonly by: string;
  /** Git commit of the workspace; with `-dirty` when files differed from it. @default - it is no git repository */
  readonly commit?: string | undefined;
  readonly engine: { readonly name: "tofu" | "terraform"; readonly version: string };
  /** Digest of the synthesized configuration, the same on every machine. */
  readonly digest: string;
  /** Digest of what the inventory says of the deployment, whatever the packages make of it. */
  readonly inventory: string;
  /** Exact versions of the stack, its modules, the bindings and the engine's package, by name. */
  readonly packages: Readonly<Record<string, string>>;
  /** Exact versions of the Terraform providers, by source. @default - none: an offline run */
  readonly providers: Readonly<Record<string, string>>;
  /** Name of the file that holds the {@link AppliedConfiguration}. */
  readonly configuration: string;
}

/** All that a later destroy needs, and no secret: values of secrets and of references are variables. */
export interface AppliedConfiguration {
  readonly stack: string;
  /** The deployment's settings; a credential is the name of its secret. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Content of `cdk.tf.json`. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** For each variable, the output that it takes its value from: `compute.network.id`. */
  readonly references: Readonly<Record<string, string>>;
  /** For each variable, its secret: `secret://acme/database#password`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Content of `.terraform.lock.hcl`; empty when there is none. */
  readonly lockFile: string;
  /** Kinds of servers and images that tables of facts chose. @default - not on record: a version of infra applied it that kept none */
  readonly choices?: readonly AppliedChoice[] | undefined;
}

/** A kind of server or an image that was chosen. */
export interface AppliedChoice {
  readonly what: "size" | "image";
  /** Path of the construct that it was chosen for: `compute/web`. */
  readonly at: string;
  /** What was wanted, where and of which cloud. @default - not on record */
  readonly wanted?: string | undefined;
  /** The cloud's name of it, and what else the table says. */
  readonly chosen: Readonly<Record<string, unknown>>;
}

/**
 * The records of one deployment's applies, beside its state's history: `applied/<number>-<hash>.json`, the highest is the last, and
 * the configurations that they name. Files never change.
 */
export class AppliedRecords {
  constructor(
    private readonly files: StateFiles,
    /** `<environment>/<name>`, for messages. */
    private readonly deployment: string,
  ) {}

  /** The last record. @returns undefined when nothing was ever applied @throws StateError */
  last(): Promise<AppliedRecord | undefined> {
    return this.guard("read", async () => {
      const name = recordNames(await this.files.list(KIND)).at(-1);
      return name === undefined ? undefined : await this.read(name, recordSchema);
    });
  }

  /** What a record's run applied. @throws StateError */
  configurationOf({ configuration }: AppliedRecord): Promise<AppliedConfiguration> {
    return this.guard("read", () => this.read(configuration, configurationSchema));
  }

  /** Adds a record. @throws StateError when the lock is lost, or the store can't be written */
  add(record: Omit<AppliedRecord, "configuration">, applied: AppliedConfiguration, fence: Fence): Promise<void> {
    return this.guard("write", async () => {
      const content = Buffer.from(JSON.stringify(applied));
      const configuration = `${hashOf(content)}.configuration.json`;
      const known = await this.files.list(KIND);
      const text = Buffer.from(`${JSON.stringify({ ...record, configuration }, null, 2)}\n`);
      const number = numberOf(recordNames(known).at(-1)) + 1;
      if (!(await fence.stillHeld())) throw lockLost(this.deployment);
      if (!known.includes(configuration)) await this.put(configuration, content);
      await this.put(`${String(number).padStart(8, "0")}-${hashOf(text)}.json`, text);
    });
  }

  /** Copies what another place has, and this one has not. */
  adopt(from: AppliedRecords): Promise<void> {
    return this.guard("write", async () => {
      const [theirs, own] = await Promise.all([from.files.list(KIND), this.files.list(KIND)]);
      // Records come after the configurations that they name.
      const missing = [...theirs.filter((name) => !isRecord(name)), ...recordNames(theirs)];
      for (const name of missing.filter((each) => !own.includes(each) && !each.startsWith("."))) {
        const bytes = await from.files.read(KIND, name);
        if (bytes) await this.put(name, bytes);
      }
    });
  }

  /**
   * Removes the records of versions that are no longer in the history, but never the last one. One that can't be read stays, and every
   * configuration with it.
   *
   * @returns where those are that can't be read
   */
  async prune(oldest: number): Promise<string[]> {
    const known = await this.files.list(KIND);
    const names = recordNames(known);
    const read = await inBatches(names, (name) => this.read(name, recordSchema).catch(ignoreDamaged));
    const unreadable = names.filter((_, index) => !read[index]);
    const kept = new Set(unreadable);
    for (const [index, name] of names.entries()) {
      const record = read[index];
      if (record && (name === names.at(-1) || record.version >= oldest)) kept.add(name).add(record.configuration);
    }
    const others = known.filter((name) => !isRecord(name) && !name.startsWith("."));
    // Records go before the configurations that they name.
    const gone = [...names, ...(unreadable.length === 0 && names.length > 0 ? others : [])];
    for (const name of gone) if (!kept.has(name)) await this.files.remove(KIND, name);
    return unreadable.map((name) => this.files.place(KIND, name));
  }

  private async put(name: string, content: Buffer): Promise<void> {
    await this.files.put(KIND, name, content, sha256Of(content));
  }

  private async read<S extends z.ZodType>(name: string, schema: S): Promise<z.output<S>> {
    const place = this.files.place(KIND, name);
    const bytes = await this.files.read(KIND, name);
    if (!bytes) throw damagedState(this.deployment, place, "what was applied is missing");
    if (!name.includes(hashOf(bytes))) throw damagedState(this.deployment, place, "its sha256 is not that of its name");
    const parsed = schema.safeParse(parseJson(bytes));
    if (!parsed.success) throw damagedState(this.deployment, place, "another version of infra wrote it");
    return parsed.data;
  }

  private async guard<T>(action: "read" | "write", run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw error instanceof StateError ? error : storageFailed(this.deployment, action, error);
    }
  }
}

function isRecord(name: string): boolean {
  return RECORD_NAME.test(name);
}

/** Names of records, oldest first. */
function recordNames(all: readonly string[]): string[] {
  return all.filter(isRecord).sort((a, b) => numberOf(a) - numberOf(b) || (a < b ? -1 : 1));
}

function numberOf(name: string | undefined): number {
  return Number(RECORD_NAME.exec(name ?? "")?.[1] ?? 0);
}

/** The first 16 hex digits of the SHA-256. */
function hashOf(bytes: Uint8Array): string {
  return sha256Of(bytes).slice(0, 16);
}
