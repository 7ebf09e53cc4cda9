import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LockHeldError } from "../errors.js";
import { FileLock } from "./file-lock.js";
import { FolderStore } from "../stores/folder-store.js";
import type { LockHolder } from "./lock.js";
import { thisProcess } from "./process-identity.js";

const fixtures = path.join(__dirname, "../fixtures");
let directory: string;
let lock: FileLock;

beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), "infra-lock-"));
  lock = new FileLock(directory, "production/compute");
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const start = (fixture: string, ...parameters: string[]): ChildProcess =>
  spawn(process.execPath, [path.join(fixtures, fixture), directory, ...parameters], {
    stdio: ["pipe", "pipe", "inherit"],
  });

const firstLine = async (child: ChildProcess): Promise<Record<string, unknown>> => {
  const [line] = (await once(createInterface({ input: child.stdout! }), "line")) as [string];
  return JSON.parse(line) as Record<string, unknown>;
};

const plant = (holder: Partial<LockHolder> | string): void => {
  mkdirSync(path.join(directory, "lock"), { recursive: true });
  const whole = { id: "x", operation: "apply", deployment: "production/compute", since: "2026-01-31T12:00:00Z" };
  const content = typeof holder === "string" ? holder : JSON.stringify({ ...whole, ...thisProcess(), ...holder });
  writeFileSync(path.join(directory, "lock", "00000001.json"), content);
};

describe("one process", () => {
  it("is free, held, and free again", async () => {
    expect(await lock.inspect()).toBeUndefined();
    const held = await lock.acquire("apply");
    expect(await lock.inspect()).toMatchObject({ state: "alive", holder: { operation: "apply", pid: process.pid } });
    expect(await held.stillHeld()).toBe(true);
    await held.release();
    await held.release();
    expect(await held.stillHeld()).toBe(false);
    expect(await lock.inspect()).toBeUndefined();
  });

  it("names the holder and the remedy to whoever is refused", async () => {
    await lock.acquire("apply");
    const refusal = lock.acquire("destroy");
    await expect(refusal).rejects.toBeInstanceOf(LockHeldError);
    const who = `production/compute is locked by apply of ${os.userInfo().username}@${os.hostname()}, pid ${String(process.pid)}`;
    await expect(refusal).rejects.toThrow(who);
    await expect(refusal).rejects.toThrow('"infra state unlock production/compute"');
  });

  it("waits for the holder when asked to", async () => {
    const held = await lock.acquire("apply");
    setTimeout(() => void held.release(), 100);
    const next = await lock.acquire("apply", { waitMs: 120_000 });
    expect(next.takenOver).toBeUndefined();
  });

  it("stops waiting when the signal says so", async () => {
    await lock.acquire("apply");
    const waiting = lock.acquire("apply", { waitMs: 60_000, signal: AbortSignal.timeout(50) });
    await expect(waiting).rejects.toThrow(/abort|timeout/i);
  });

  it("keeps few files after many rounds, and a number is never used twice", async () => {
    const tokens = new Set<string>();
    for (let round = 0; round < 150; round++) {
      const held = await lock.acquire("apply");
      tokens.add(held.token);
      await held.release();
    }
    expect(tokens.size).toBe(150);
    expect(readdirSync(path.join(directory, "lock")).length).toBeLessThanOrEqual(128);
  });

  it("takes a lock away by force, and its holder can't write any more", async () => {
    const store = new FolderStore(directory, "production/compute");
    const first = await lock.acquire("apply");
    expect(await lock.forceUnlock()).toMatchObject({ id: first.holder.id });
    const second = await lock.acquire("apply");
    const late = store.write(Buffer.from("late"), { lineage: "a", serial: 1, fence: first });
    await expect(late).rejects.toMatchObject({ code: "lock-lost" });
    await first.release();
    expect(await second.stillHeld()).toBe(true);
    await store.write(Buffer.from("good"), { lineage: "a", serial: 1, fence: second });
  });
});

describe("who is dead", () => {
  it("takes over from a process whose pid was given to another one", async () => {
    plant({ processStart: "1" });
    expect((await lock.acquire("apply")).takenOver).toMatchObject({ id: "x" });
  });

  it("takes over from a pid that is gone", async () => {
    plant({ pid: 2 ** 22 + 1 });
    expect((await lock.inspect())?.state).toBe("dead");
    expect((await lock.acquire("apply")).takenOver).toMatchObject({ pid: 2 ** 22 + 1 });
  });

  it.each<[string, Partial<LockHolder>]>([
    ["another host", { host: "elsewhere", pid: 2 ** 22 + 1 }],
    ["another pid namespace", { pidNamespace: "pid:[1]", pid: 2 ** 22 + 1 }],
  ])("never judges a holder on %s", async (_, holder) => {
    plant(holder);
    await expect(lock.acquire("apply")).rejects.toBeInstanceOf(LockHeldError);
    expect((await lock.inspect())?.state).toBe("unknown");
  });

  it.each(["", "{", "null", '{"id":"x","pid":-1}'])(
    "counts the unreadable holder %j as held, until unlocked",
    async (content) => {
      plant(content);
      await expect(lock.acquire("apply")).rejects.toBeInstanceOf(LockHeldError);
      await lock.forceUnlock();
      await lock.acquire("apply");
    },
  );
});

describe("holders that show that they live", () => {
  const elsewhere = { host: "elsewhere" };
  const file = () => path.join(directory, "lock", "00000001.json");
  const contender = () => new FileLock(directory, "production/compute", 60_000);

  it("keep the lock on another host as long as they do, and lose it to one of many contenders when they are silent", async () => {
    plant(elsewhere);
    await expect(contender().acquire("init")).rejects.toBeInstanceOf(LockHeldError);
    utimesSync(file(), new Date(0), new Date(0));
    const tried = await Promise.allSettled(Array.from({ length: 20 }, () => contender().acquire("init")));
    const won = tried.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(won.map(({ takenOver }) => takenOver?.host)).toEqual(["elsewhere"]);
    expect(await won[0]?.stillHeld()).toBe(true);
  });

  it("are judged by their process where that is possible, however silent", async () => {
    plant({});
    utimesSync(file(), new Date(0), new Date(0));
    await expect(contender().acquire("init")).rejects.toBeInstanceOf(LockHeldError);
  });

  it("renew their file until they release it", async () => {
    const held = await new FileLock(directory, "production/compute", 100).acquire("init");
    utimesSync(file(), new Date(0), new Date(0));
    while (statSync(file()).mtimeMs === 0) await sleep(5);
    await held.release();
  });
});

describe("many processes", () => {
  it("never has two holders: 20 processes, 20 rounds each", async () => {
    const children = Array.from({ length: 20 }, () => start("contender.cjs", "20"));
    const exits = await Promise.all(children.map(async (child) => ((await once(child, "exit")) as [number])[0]));
    expect(exits).toEqual(Array.from({ length: 20 }, () => 0));
    expect(readFileSync(path.join(directory, "counter"), "utf8")).toBe("400");
  });

  it("gives a killed holder's lock to exactly one of ten contenders", async () => {
    for (let round = 0; round < 5; round++) {
      const dead = start("holder.cjs");
      expect(await firstLine(dead)).toMatchObject({ won: true });
      dead.kill("SIGKILL");
      await once(dead, "exit");
      const contenders = Array.from({ length: 10 }, () => start("holder.cjs"));
      const outcomes = await Promise.all(contenders.map(firstLine));
      const winners = outcomes.filter(({ won }) => won);
      expect(winners).toEqual([{ won: true, takenOver: dead.pid }]);
      const winner = contenders[outcomes.indexOf(winners[0]!)]!;
      expect(outcomes.filter(({ held, holder }) => held === true && holder === winner.pid)).toHaveLength(9);
      winner.stdin?.end();
      await once(winner, "exit");
    }
  });
});
