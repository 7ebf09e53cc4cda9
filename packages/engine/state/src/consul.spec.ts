import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { type Consul, type Proxy, startConsul, startProxy } from "@infra/services";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { long } from "../../test/remote.js";
import { ConsulClient } from "./consul-client.js";
import { ConsulLock } from "./locks/consul-lock.js";
import { ConsulPointers } from "./stores/consul-pointers.js";
import { LockHeldError, type StateError } from "./errors.js";
import type { HeldLock } from "./locks/lock.js";

const id = "production/compute";
let consul: Consul;
let proxy: Proxy;
let client: ConsulClient;
let lock: ConsulLock;
let pointers: ConsulPointers;
let held: HeldLock[];

beforeAll(async () => {
  consul = await startConsul();
});
afterAll(() => consul.stop());

beforeEach(async () => {
  proxy = await startProxy(consul.addresses);
  client = new ConsulClient({
    addresses: [proxy.url],
    ttl: 22,
    patienceMs: 3_000,
    prefix: `infra/state/${randomUUID()}`,
  });
  lock = new ConsulLock(client, id);
  pointers = new ConsulPointers(client, id);
  held = [];
});
afterEach(async () => {
  await proxy.mend();
  for (const each of held) await each.release();
  await proxy.stop();
});

const acquire = async (operation = "apply", from = lock): Promise<HeldLock> => {
  const taken = await from.acquire(operation);
  held.push(taken);
  return taken;
};

describe("the lock", () => {
  it("names the holder to whoever is refused, and is free after the release", async () => {
    const first = await acquire();
    const refused = await lock.acquire("destroy").catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(LockHeldError);
    expect((refused as StateError).message).toMatch(
      new RegExp(`${id} is locked by apply of \\S+@\\S+, pid ${String(process.pid)}`),
    );
    expect(await lock.inspect()).toMatchObject({ state: "alive", holder: { operation: "apply" } });
    await first.release();
    expect(await lock.inspect()).toBeUndefined();
    expect((await acquire("destroy")).takenOver).toBeUndefined();
  });

  it("goes to one of many that ask at once", async () => {
    const asked = await Promise.allSettled(Array.from({ length: 16 }, () => acquire()));
    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("is waited for when asked to", async () => {
    const first = await acquire();
    setTimeout(() => void first.release(), 300);
    held.push(await lock.acquire("apply", { waitMs: 120_000 }));
  });

  it("is taken over at once from a process of this host that is gone", async () => {
    const gone = spawn(process.execPath, ["-e", ""]);
    await new Promise((resolve) => gone.once("exit", resolve));
    const first = await acquire();
    const key = `kv/${client.settings.prefix}/${id}/lock?acquire=${first.token}`;
    await client.call({ method: "PUT", path: key, body: JSON.stringify({ ...first.holder, pid: gone.pid }) });
    expect((await acquire()).takenOver).toMatchObject({ pid: gone.pid });
    expect(await first.stillHeld()).toBe(false);
  });

  it("can be taken away; the holder then knows", async () => {
    const first = await acquire();
    expect(await lock.forceUnlock()).toMatchObject({ operation: "apply" });
    expect(await first.stillHeld()).toBe(false);
    expect(await lock.forceUnlock()).toBeUndefined();
  });

  it("outlives its TTL while the holder renews it", async () => {
    const first = await acquire();
    await sleep(21_000);
    expect(await first.stillHeld()).toBe(true);
  });

  it("is had once when answers are lost and servers answer 500 for a while", async () => {
    proxy.disturb({ kind: "answer", status: 500, times: 2 });
    proxy.disturb({ kind: "drop", times: 1, when: (_, path) => path.includes("acquire") });
    const first = await acquire();
    expect(await first.stillHeld()).toBe(true);
    await expect(lock.acquire("apply")).rejects.toBeInstanceOf(LockHeldError);
  });

  it("says that Consul does not answer", async () => {
    await proxy.cut();
    await expect(lock.acquire("apply")).rejects.toMatchObject({
      code: "storage",
      message: expect.stringMatching(
        /its lock\) could not be written: Consul at \S+ does not answer: connection refused/,
      ),
    });
  });
});

const rounds = long ? 100 : 12;

it(`fault 1: in ${String(rounds)} rounds of four processes nobody is inside with another, and no update is lost`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "infra-contend-"));
  const settings = { ...client.settings, addresses: [consul.addresses] };
  const fixture = join(__dirname, "fixtures", "consul-contender.cjs");
  const args = [fixture, JSON.stringify(settings), join(folder, "inside"), String(rounds / 4)];
  const codes = await Promise.all(
    Array.from({ length: 4 }, () => {
      const child = spawn(process.execPath, args, { stdio: "inherit" });
      return new Promise((resolve) => child.once("exit", resolve));
    }),
  );
  rmSync(folder, { recursive: true });
  expect(codes).toEqual([0, 0, 0, 0]);
  expect((await pointers.read()).text).toBe(String(rounds));
}, 300_000);

describe("the pointer", () => {
  it("is replaced by who holds the lock, from the revision that it knows", async () => {
    const { token } = await acquire();
    expect(await pointers.read()).toEqual({ revision: 0 });
    expect(await pointers.commit("one", 0, token)).toBe("done");
    const { text, revision } = await pointers.read();
    expect(text).toBe("one");
    expect(await pointers.commit("two", revision - 1, token)).toBe("conflict");
    expect(await pointers.commit("two", revision, token)).toBe("done");
  });

  it("is not replaced by who lost the lock, whatever it knows", async () => {
    const late = await acquire();
    await lock.forceUnlock();
    expect(await pointers.commit("late", 0, late.token)).toBe("lock-lost");
    const next = await acquire();
    expect(await pointers.commit("late", 0, late.token)).toBe("lock-lost");
    expect(await pointers.commit("next", 0, next.token)).toBe("done");
    expect(await pointers.commit("late", (await pointers.read()).revision, late.token)).toBe("lock-lost");
    expect((await pointers.read()).text).toBe("next");
  });

  it("is replaced once when the answer is lost after the transaction went through", async () => {
    const { token } = await acquire();
    proxy.disturb({ kind: "drop", times: 1, when: (_, path) => path.endsWith("/txn") });
    expect(await pointers.commit("one", 0, token)).toBe("done");
    expect(proxy.requests.filter((each) => each.endsWith("/txn"))).toHaveLength(2);
  });
});
