import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import { isObject, type ValueObject } from "./value.js";

/** One object of the emulated cloud. */
export interface CloudObject {
  /** The resource type, such as `hcloud_server`. */
  readonly type: string;
  /** The id; unique among the objects of its type. */
  readonly id: string;
  /** The attributes as the state has them, nested blocks included. */
  readonly values: ValueObject;
  /**
   * The token of the create request, until the object is read, updated or planned with for the first time. It says
   * that perhaps nobody received the answer: an equal request of a later session is answered with this object.
   */
  readonly unconfirmed?: string | undefined;
}

const values = z.custom<ValueObject>(isObject, { error: "must be an object" });
const key = { type: z.string().min(1), id: z.string().min(1) };
const line = z.union([
  z.strictObject({ ...key, op: z.enum(["delete", "confirm"]) }),
  z.strictObject({ ...key, op: z.undefined().optional(), unconfirmed: z.string().optional(), values }),
]);

const keyOf = (type: string, id: string): string => `${type}\n${id}`;

/** Orders objects by type, then by id. */
const byKey = (a: CloudObject, b: CloudObject): number =>
  a.type < b.type ? -1 : a.type > b.type ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;

/**
 * The objects that the mock providers of one deployment created, in a JSON Lines file. Each change appends one line
 * before it is acknowledged; opening for the first change and closing bring the file back to one line per object, by
 * type and id. All users of one file in a process share one session of it; a second process must not write to it at
 * the same time.
 */
export class EmulatedCloud {
  static readonly #open = new Map<string, EmulatedCloud>();

  /**
   * Opens the cloud of a file. A file that does not exist is an empty cloud. Call `close` once for each `open`.
   * @throws Error with file and line when a line is not an object of the cloud; a torn last line is ignored
   */
  static open(file: string): EmulatedCloud {
    const path = canonical(file);
    let cloud = EmulatedCloud.#open.get(path);
    if (!cloud) {
      cloud = new EmulatedCloud(path);
      EmulatedCloud.#open.set(path, cloud);
    }
    cloud.#users += 1;
    return cloud;
  }

  readonly #objects = new Map<string, CloudObject>();
  /** Keys of unconfirmed objects of earlier sessions, by the token of their request. */
  readonly #unanswered = new Map<string, string[]>();
  /** The next ordinal to try for a token. */
  readonly #ordinals = new Map<string, number>();
  #descriptor: number | undefined;
  #users = 0;

  private constructor(
    /** The absolute path of the file. */
    readonly file: string,
  ) {
    for (const object of readObjects(file)) this.#objects.set(keyOf(object.type, object.id), object);
    for (const object of this.list()) {
      if (object.unconfirmed === undefined) continue;
      const keys = this.#unanswered.get(object.unconfirmed) ?? [];
      keys.push(keyOf(object.type, object.id));
      this.#unanswered.set(object.unconfirmed, keys);
    }
  }

  /** All objects, by type and id. */
  list(): CloudObject[] {
    return [...this.#objects.values()].sort(byKey);
  }

  /** The object of this type and id. */
  get(type: string, id: string): CloudObject | undefined {
    return this.#objects.get(keyOf(type, id));
  }

  /** Adds an object, or replaces the one of the same type and id. */
  put(object: CloudObject): void {
    const { type, id, unconfirmed, values } = object;
    this.#append(unconfirmed === undefined ? { type, id, values } : { type, id, unconfirmed, values });
    this.#objects.set(keyOf(type, id), object);
  }

  /**
   * Changes some attributes of an object, which thereby is confirmed.
   * @throws Error when there is no such object
   */
  update(type: string, id: string, changes: ValueObject): CloudObject {
    const object = this.get(type, id);
    if (!object) throw new Error(`${type} ${id} is not in the emulated cloud ${this.file}.`);
    const updated = { type, id, values: { ...object.values, ...changes } };
    this.put(updated);
    return updated;
  }

  /** Removes an object; false when there was none. */
  delete(type: string, id: string): boolean {
    if (!this.get(type, id)) return false;
    this.#append({ op: "delete", type, id });
    return this.#objects.delete(keyOf(type, id));
  }

  /** Notes that the answer to the create request arrived: somebody knows the object's id. */
  confirm(type: string, id: string): void {
    const object = this.get(type, id);
    if (object?.unconfirmed === undefined) return;
    this.#append({ op: "confirm", type, id });
    this.#objects.set(keyOf(type, id), { type, id, values: object.values });
  }

  /**
   * Answers a create request: with the object that an equal request of an earlier session made and nobody asked for
   * since, else with a new one.
   * @param token equal for equal requests
   * @param make the id and the values for an ordinal, which counts up until the id is free
   */
  create(type: string, token: string, make: (ordinal: number) => { id: string; values: ValueObject }): CloudObject {
    for (
      let key = this.#unanswered.get(token)?.shift();
      key !== undefined;
      key = this.#unanswered.get(token)?.shift()
    ) {
      const object = this.#objects.get(key);
      if (object?.unconfirmed === token) return object;
    }
    let ordinal = this.#ordinals.get(token) ?? 0;
    let made = make(ordinal);
    while (this.get(type, made.id)) made = make(++ordinal);
    this.#ordinals.set(token, ordinal + 1);
    const object = { type, id: made.id, unconfirmed: token, values: made.values };
    this.put(object);
    return object;
  }

  /** Ends one use of the cloud; the last one brings the file to one line per object. */
  close(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    EmulatedCloud.#open.delete(this.file);
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.#compact();
  }

  #append(entry: object): void {
    if (this.#users <= 0) throw new Error(`The emulated cloud ${this.file} is closed.`);
    if (this.#descriptor === undefined) {
      mkdirSync(dirname(this.file), { recursive: true });
      this.#compact();
      this.#descriptor = openSync(this.file, "a", 0o600);
    }
    writeSync(this.#descriptor, `${JSON.stringify(entry)}\n`);
  }

  #compact(): void {
    const temporary = join(dirname(this.file), `.${basename(this.file)}.${process.pid}`);
    const lines = this.list().map(
      ({ type, id, unconfirmed, values }) => `${JSON.stringify({ type, id, unconfirmed, values })}\n`,
    );
    writeFileSync(temporary, lines.join(""), { mode: 0o600 });
    renameSync(temporary, this.file);
  }
}

function canonical(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    const folder = dirname(resolve(file));
    return folder === resolve(file) ? folder : join(canonical(folder), basename(file));
  }
}

function readObjects(file: string): Iterable<CloudObject> {
  const objects = new Map<string, CloudObject>();
  const lines = read(file).split("\n");
  lines.forEach((text, at) => {
    const entry = text.trim() === "" ? undefined : parseLine(text, at === lines.length - 1, `${file}:${at + 1}`);
    if (!entry) return;
    const key = keyOf(entry.type, entry.id);
    const known = objects.get(key);
    if (entry.op === undefined) objects.set(key, entry);
    else if (entry.op === "delete") objects.delete(key);
    else if (known) objects.set(key, { ...known, unconfirmed: undefined });
  });
  return objects.values();
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** A line without an end was being written when the process died: it was never acknowledged. */
function parseLine(text: string, torn: boolean, place: string): z.infer<typeof line> | undefined {
  const fail = (reason: string): Error =>
    new Error(`${place}: ${reason}. A line is {"type":…,"id":…,"values":{…}}: correct it, or delete the line.`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    if (torn) return undefined;
    throw fail(`not JSON (${(error as Error).message})`);
  }
  const parsed = line.safeParse(json);
  if (parsed.success) return parsed.data;
  throw fail(`not an object of the emulated cloud (${parsed.error.issues.map((issue) => issue.message).join("; ")})`);
}
