import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Consul, type Garage, startConsul, startGarage, startProxy } from "@infra/services";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type SmallS3, startSmallS3 } from "../../test/small-s3.js";
import { conditionalWrites } from "./stores/conditional-writes.js";
import { FileLock } from "./locks/file-lock.js";
import { FolderStore } from "./stores/folder-store.js";
import type { HeldLock, StateLock } from "./locks/lock.js";
import { migrateState } from "./migrate.js";
import { RemoteState } from "./remote.js";
import { S3Bucket } from "./stores/s3-bucket.js";
import type { StateStore, WriteClaim } from "./stores/store.js";

const id = "production/compute";
let garage: Garage;
let consul: Consul;
let s3: SmallS3;

beforeAll(async () => {
  [garage, consul, s3] = await Promise.all([startGarage(), startConsul(), startSmallS3()]);
});
afterAll(() => Promise.all([garage.stop(), consul.stop(), s3.stop()]));

/** A store with its lock, and a way to what it stored. */
interface Place {
  readonly store: StateStore;
  /** Also opens what was moved away. */
  readonly end: { store: StateStore; lock: StateLock; place: string };
  readonly lock: StateLock;
  readonly bytesOf: (file: string) => Promise<Buffer>;
  readonly replace: (file: string, bytes: Buffer) => Promise<void>;
  readonly remove: () => void;
}

const s3Settings = (endpoint: string) => ({
  bucket: "states",
  endpoint,
  region: "garage",
  pathStyle: true,
  prefix: `acme-${randomUUID()}`,
  credentials: { accessKeyId: garage.accessKeyId, secretAccessKey: garage.secretAccessKey },
});

const remotePlace = (remote: RemoteState): Place => ({
  store: remote.store(id),
  lock: remote.lock(id),
  end: { store: remote.store(id, { moved: true }), lock: remote.lock(id), place: remote.bucket.place(id) },
  bytesOf: async (file) => (await remote.bucket.get(`${id}/${file}`))!,
  replace: (file, bytes) => remote.bucket.put(`${id}/${file}`, bytes),
  remove: () => remote.close(),
});

const places: Record<string, () => Place> = {
  "a folder": () => {
    const folder = mkdtempSync(join(tmpdir(), "infra-store-"));
    const lock = new FileLock(folder, id);
    return {
      store: new FolderStore(folder, id),
      lock,
      end: { store: new FolderStore(folder, id, { moved: true }), lock, place: folder },
      bytesOf: (file) => Promise.resolve(readFileSync(join(folder, file))),
      replace: (file, bytes) => Promise.resolve(writeFileSync(join(folder, file), bytes)),
      remove: () => rmSync(folder, { recursive: true }),
    };
  },
  "a bucket that honours conditions": () => remotePlace(new RemoteState(s3Settings(s3.endpoint))),
  "Garage and Consul": () => {
    const settings = s3Settings(garage.endpoint);
    const prefix = `infra/state/${settings.prefix}`;
    return remotePlace(
      new RemoteState({ ...settings, consul: { addresses: consul.addresses.split(","), ttl: 22, prefix } }),
    );
  },
};

let place: Place;
let held: HeldLock;
const state = (serial: number, lineage = "a", more = "") =>
  Buffer.from(JSON.stringify({ version: 4, terraform_version: "1.12.6", serial, lineage, more }));
const claim = (serial: number, more: Partial<WriteClaim> = {}): WriteClaim => ({
  lineage: "a",
  serial,
  fence: held,
  ...more,
});
const write = (serial: number, more: Partial<WriteClaim> = {}, bytes = state(serial)) =>
  place.store.write(bytes, claim(serial, more));
const objectOf = async (version: number) => `versions/${(await place.store.read(version))!.pointer.key}`;

describe.each(Object.keys(places))("a state in %s", (name) => {
  beforeEach(async () => {
    place = places[name]!();
    held = await place.lock.acquire("apply");
  });
  afterEach(async () => {
    await held.release();
    place.remove();
  });

  it("is nothing before the first write", async () => {
    expect(await place.store.current()).toBeUndefined();
    expect(await place.store.read()).toBeUndefined();
    expect(await place.store.versions()).toEqual([]);
  });

  it("is read as it was written, in every version", async () => {
    for (const serial of [1, 2, 5]) await write(serial);
    expect((await place.store.read())?.bytes).toEqual(state(5));
    expect((await place.store.read(1))?.bytes).toEqual(state(1));
    expect((await place.store.versions()).map(({ version, serial, current }) => [version, serial, current])).toEqual([
      [3, 5, true],
      [2, 2, false],
      [1, 1, false],
    ]);
    await expect(place.store.read(4)).rejects.toMatchObject({ code: "no-version" });
  });

  it("is not written again by a repeated request", async () => {
    const first = await write(1);
    expect(await write(1)).toEqual(first);
    expect(await place.store.versions()).toHaveLength(1);
  });

  it("refuses what is older, of another lineage, of the same serial, or not based on the current version", async () => {
    await write(2);
    await expect(write(1)).rejects.toMatchObject({ code: "older" });
    await expect(write(3, { lineage: "b" })).rejects.toMatchObject({ code: "foreign" });
    await expect(write(2, {}, state(2, "a", "x"))).rejects.toMatchObject({ code: "conflict" });
    await expect(write(3, { replaces: 0 })).rejects.toMatchObject({ code: "conflict" });
    expect(await place.store.versions()).toHaveLength(1);
  });

  it("refuses a writer that lost the lock, also when nobody has written since", async () => {
    await write(1);
    await place.lock.forceUnlock();
    await expect(write(2)).rejects.toMatchObject({ code: "lock-lost" });
    expect((await place.store.current())?.serial).toBe(1);
  });

  it("takes one of many writes of the same version", async () => {
    const writes = Array.from({ length: 8 }, (_, index) => write(1, {}, state(1, "a", String(index))));
    const settled = await Promise.allSettled(writes);
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await place.store.versions()).toHaveLength(1);
  });

  it.each(["truncated", "bit-flipped", "older", "of another lineage"])(
    "is refused when the stored bytes are %s, and one restore mends it",
    async (damage) => {
      await write(1);
      await write(2);
      const file = await objectOf(2);
      const bytes = await place.bytesOf(file);
      const flipped = Buffer.from(bytes);
      flipped[9]! ^= 1;
      const damaged = {
        truncated: bytes.subarray(0, 20),
        "bit-flipped": flipped,
        older: state(1),
        "of another lineage": state(2, "b"),
      }[damage]!;
      await place.replace(file, damaged);
      await expect(place.store.read()).rejects.toMatchObject({ code: "damaged" });
      await expect(place.store.restore(2, held)).rejects.toMatchObject({ code: "damaged" });
      expect(await place.store.restore(1, held)).toMatchObject({ version: 3, serial: 1, restoredFrom: 1 });
      expect((await place.store.read())?.bytes).toEqual(state(1));
    },
  );

  it("gives an earlier version other bytes, with the same place in the history, and never the current one", async () => {
    for (const serial of [1, 2]) await write(serial);
    const before = await place.store.versions();
    const old = before[1]!;
    const bytes = state(1, "a", "encrypted otherwise");
    await place.store.reencrypt(1, bytes, held);
    expect((await place.store.read(1))?.bytes).toEqual(bytes);
    const after = await place.store.versions();
    const rest = ({ version, serial, lineage, written, current }: (typeof after)[number]) => [
      [version, serial, lineage],
      [written, current],
    ];
    expect(after.map(rest)).toEqual(before.map(rest));
    await expect(place.store.reencrypt(2, bytes, held)).rejects.toMatchObject({ code: "conflict" });
    await expect(place.store.reencrypt(7, bytes, held)).rejects.toMatchObject({ code: "no-version" });

    expect(await place.store.unused()).toEqual([old.key]);
    expect(await place.store.bytesOf(old.key)).toEqual(state(1));
    await expect(place.store.dropUnused(after[0]!.key, held)).rejects.toMatchObject({ code: "conflict" });
    await place.store.dropUnused(old.key, held);
    expect(await place.store.unused()).toEqual([]);
    await write(3);
    await place.lock.forceUnlock();
    await expect(place.store.reencrypt(1, state(1), held)).rejects.toMatchObject({ code: "lock-lost" });
    expect((await place.store.read(1))?.bytes).toEqual(bytes);
  });

  it("takes nothing for unused while a pointer can't be read", async () => {
    for (const serial of [1, 2]) await write(serial);
    await place.replace("pointers/00000001.json", Buffer.from("{}"));
    await expect(place.store.unused()).rejects.toMatchObject({ code: "damaged" });
  });

  it("loses the beginning of its history by age and count, never the current version", async () => {
    for (const serial of [1, 2, 3, 4]) await write(serial);
    const keep = { versions: 2 };
    expect(await place.store.prune(keep, held)).toEqual({ versions: 0, left: [] });
    const later = Date.now() + 3 * 86_400_000;
    expect(await place.store.prune({ versions: 2, days: 5 }, held, later)).toMatchObject({ versions: 0 });
    expect(await place.store.prune(keep, held, later)).toEqual({ versions: 2, left: [] });
    expect((await place.store.versions()).map(({ version }) => version)).toEqual([4, 3]);
    expect(await place.store.prune({ days: 1 }, held, later)).toMatchObject({ versions: 1 });
    expect((await place.store.read())?.bytes).toEqual(state(4));
    expect(await write(5)).toMatchObject({ version: 5 });
  });

  it("loses what is old also when a pointer is damaged: the pointer stays, with the bytes that it may refer to", async () => {
    for (const serial of [1, 2, 3, 4]) await write(serial);
    const [, , second, first] = await place.store.versions();
    await place.replace("pointers/00000003.json", Buffer.from("{}"));
    const { versions, left } = await place.store.prune({ versions: 1 }, held, Date.now() + 86_400_000);
    expect(versions).toBe(2);
    expect(left).toEqual([expect.stringMatching(/pointers\/00000003\.json can't be read$/)]);
    expect((await place.store.versions()).map(({ version }) => version)).toEqual([4]);
    for (const old of [first, second]) expect(await place.store.bytesOf(old!.key)).toBeDefined();
  });
});

describe("moving a state", () => {
  const ends = Object.keys(places).flatMap((from) =>
    Object.keys(places).flatMap((to) => (from === to ? [] : [[from, to] as const])),
  );

  it.each(ends)("from %s to %s keeps every version, and moving it back too", async (from, to) => {
    const [source, target] = [places[from]!(), places[to]!()];
    const migration = { deployment: id, from: source.end, to: target.end };
    held = await source.lock.acquire("apply");
    place = source;
    for (const serial of [1, 2, 3]) await write(serial);
    await source.store.restore(1, held);
    await held.release();
    expect(await migrateState(migration)).toMatchObject({ versions: 4, copied: 4, current: { version: 4, serial: 1 } });
    await expect(source.store.read()).rejects.toMatchObject({
      code: "moved",
      message: expect.stringContaining(target.end.place),
    });
    expect(await migrateState(migration)).toMatchObject({ copied: 0 });

    held = await target.lock.acquire("apply");
    place = target;
    await write(4);
    await held.release();
    const back = { deployment: id, from: target.end, to: source.end };
    expect(await migrateState(back)).toMatchObject({ versions: 5, copied: 1 });
    expect((await source.store.read(5))?.bytes).toEqual(state(4));
    await expect(target.store.current()).rejects.toMatchObject({ code: "moved" });
    source.remove();
    target.remove();
  });

  it("goes on after an interruption, and refuses a place with another history", async () => {
    const [source, target] = [places["a folder"]!(), places["Garage and Consul"]!()];
    held = await source.lock.acquire("apply");
    place = source;
    for (const serial of [1, 2, 3]) await write(serial);
    await held.release();
    const migration = { deployment: id, from: source.end, to: target.end };
    const stop = (version: number) => {
      if (version === 2) throw new Error("interrupted");
    };
    await expect(migrateState({ ...migration, onVersion: stop })).rejects.toThrow("interrupted");
    expect((await source.store.read())?.pointer.version).toBe(3);
    await expect(target.store.current()).rejects.toMatchObject({ code: "moved" });
    expect(await migrateState(migration)).toMatchObject({ versions: 3, copied: 1 });

    const other = places["a folder"]!();
    held = await other.lock.acquire("apply");
    place = other;
    await write(1, {}, state(1, "a", "other"));
    await held.release();
    await expect(migrateState({ ...migration, from: other.end })).rejects.toMatchObject({ code: "conflict" });
    expect((await other.store.read())?.pointer.version).toBe(1);
    for (const each of [source, target, other]) each.remove();
  });
});

describe("retention in a bucket", () => {
  it("reads every pointer once", async () => {
    const proxy = await startProxy(s3.endpoint);
    place = remotePlace(new RemoteState(s3Settings(proxy.url)));
    held = await place.lock.acquire("apply");
    for (let serial = 1; serial <= 20; serial += 1) await write(serial);
    const before = proxy.requests.length;
    expect((await place.store.prune({ versions: 5 }, held, Date.now() + 86_400_000)).versions).toBe(15);
    const read = proxy.requests.slice(before).flatMap((line) => /^GET .*\/pointers\/(\d+)\.json/.exec(line)?.[1] ?? []);
    expect(read.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    await held.release();
    place.remove();
    await proxy.stop();
  });
});

describe("a bucket without Consul", () => {
  it("is refused when it does not honour conditional writes, with the remedy", async () => {
    const remote = new RemoteState(s3Settings(garage.endpoint));
    await expect(remote.lock(id).acquire("apply")).rejects.toMatchObject({
      code: "refused",
      message: expect.stringMatching(/overwrites objects in spite of "If-None-Match: \*".*Name a Consul/s),
    });
    expect(await remote.store(id).current()).toBeUndefined();
    remote.close();
  });

  it("is found out under 64 writers at once", async () => {
    const [good, bad] = [s3.endpoint, garage.endpoint].map((endpoint) => new S3Bucket(s3Settings(endpoint)));
    expect(await conditionalWrites(good!, 64)).toEqual({ honoured: true, won: 1 });
    expect((await conditionalWrites(bad!, 64)).honoured).toBe(false);
    for (const bucket of [good!, bad!]) {
      expect(await bucket.list("probe")).toEqual([]);
      bucket.close();
    }
  });

  it("refuses a state whose current version Consul decides", async () => {
    const settings = s3Settings(s3.endpoint);
    const guarded = new RemoteState({
      ...settings,
      consul: { addresses: [consul.addresses], ttl: 22, prefix: settings.prefix },
    });
    held = await guarded.lock(id).acquire("apply");
    await guarded.store(id).write(state(1), claim(1));
    await held.release();
    const alone = new RemoteState(settings);
    held = await alone.lock(id).acquire("apply");
    expect((await alone.store(id).read())?.bytes).toEqual(state(1));
    await expect(alone.store(id).write(state(2), claim(2))).rejects.toMatchObject({
      message: expect.stringContaining("no Consul is configured"),
    });
    await held.release();
    for (const each of [guarded, alone]) each.close();
  });
});

describe("a pointer in Consul", () => {
  it("that is older than the history is refused: Consul was restored from a copy", async () => {
    place = places["Garage and Consul"]!();
    held = await place.lock.acquire("apply");
    await write(1);
    const first = await place.bytesOf("pointers/00000001.json");
    await write(2);
    await place.replace(
      "pointers/00000003.json",
      Buffer.from(first.toString().replace('"version": 1', '"version": 3')),
    );
    await expect(place.store.current()).rejects.toMatchObject({
      code: "damaged",
      message: expect.stringContaining("version 2 is said to be current, but version 3 was recorded"),
    });
    expect(await place.store.restore(2, held)).toMatchObject({ version: 4, serial: 2 });
    expect((await place.store.current())?.version).toBe(4);
    await held.release();
    place.remove();
  });
});
