import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { AppliedConfiguration, AppliedRecord } from "./applied-records.js";
import { FolderStore } from "./stores/folder-store.js";
import { sha256Of } from "./stores/pointer.js";
import type { Fence } from "./stores/store.js";

const id = "production/compute";
const fence: Fence = { token: "", stillHeld: () => Promise.resolve(true) };
const record = (version: number): Omit<AppliedRecord, "configuration"> => ({
  version,
  operation: "apply",
  outcome: "done",
  time: "2026-01-31T12:00:00.000Z",
  by: "ada@build-7",
  engine: { name: "tofu", version: "1.12.6" },
  digest: "d",
  inventory: "i",
  packages: {},
  providers: {},
});
const configuration = (stack: string): AppliedConfiguration => ({
  stack,
  settings: {},
  configuration: {},
  references: {},
  secrets: {},
  lockFile: "",
});

let folder: string;
let store: FolderStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "infra-records-"));
  store = new FolderStore(folder, id);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const names = (): string[] => readdirSync(join(folder, "applied")).sort();

it("gives back the last record and what was applied; the same configuration is stored once", async () => {
  expect(await store.applied.last()).toBeUndefined();
  await store.applied.add(record(1), configuration("one"), fence);
  await store.applied.add(record(2), configuration("two"), fence);
  await store.applied.add(record(3), configuration("two"), fence);
  const last = (await store.applied.last())!;
  expect(last).toMatchObject(record(3));
  expect((await store.applied.configurationOf(last)).stack).toBe("two");
  expect(names().filter((name) => name.endsWith(".configuration.json"))).toHaveLength(2);
});

it("is not written by who lost the lock", async () => {
  const lost: Fence = { token: "", stillHeld: () => Promise.resolve(false) };
  await expect(store.applied.add(record(1), configuration("one"), lost)).rejects.toMatchObject({ code: "lock-lost" });
  expect(await store.applied.last()).toBeUndefined();
});

it("loses the records of versions that went, with what only they name, and never the last one", async () => {
  for (const version of [1, 2, 3]) await store.applied.add(record(version), configuration(String(version)), fence);
  await store.applied.prune(2);
  expect(names()).toHaveLength(4);
  await store.applied.prune(9);
  expect(names()).toHaveLength(2);
  expect((await store.applied.configurationOf((await store.applied.last())!)).stack).toBe("3");
  await store.applied.add(record(4), configuration("4"), fence);
  expect((await store.applied.last())?.version).toBe(4);
});

it("says which file was changed by somebody else", async () => {
  await store.applied.add(record(1), configuration("one"), fence);
  const [first = ""] = names().filter((name) => name.startsWith("00000001-"));
  writeFileSync(join(folder, "applied", first), "{}");
  await expect(store.applied.last()).rejects.toMatchObject({ code: "damaged" });
  await expect(store.applied.last()).rejects.toThrow(first);
});

it("says that a record which is no JSON is damaged, and not the store", async () => {
  await store.applied.add(record(1), configuration("one"), fence);
  const text = "no JSON";
  writeFileSync(join(folder, "applied", `00000002-${sha256Of(Buffer.from(text)).slice(0, 16)}.json`), text);
  await expect(store.applied.last()).rejects.toMatchObject({ code: "damaged" });
});

it("loses old records also when one is damaged: that one stays, with every configuration", async () => {
  for (const version of [1, 2, 3]) await store.applied.add(record(version), configuration(String(version)), fence);
  const [first = "", second = ""] = names().filter((name) => name.startsWith("0000000"));
  writeFileSync(join(folder, "applied", second), "{}");
  expect(await store.applied.prune(3)).toEqual([join(folder, "applied", second)]);
  expect(names()).not.toContain(first);
  expect(names()).toContain(second);
  expect(names().filter((name) => name.endsWith(".configuration.json"))).toHaveLength(3);
  expect((await store.applied.last())?.version).toBe(3);
});

it("follows a state to another place, once", async () => {
  await store.applied.add(record(1), configuration("one"), fence);
  const other = new FolderStore(join(folder, "other"), id);
  await other.applied.adopt(store.applied);
  await other.applied.adopt(store.applied);
  expect(readdirSync(join(folder, "other", "applied")).sort()).toEqual(names());
  expect(await other.applied.last()).toEqual(await store.applied.last());
});
