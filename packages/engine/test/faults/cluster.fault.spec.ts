import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ConsulClient, ConsulLock } from "@infra/state";
import { openTofu, type Product, until } from "../product.js";
import { id, inventory, Remote, waiting } from "../remote.js";

const work = join(".infra", "real", id);
const file = "inventory/production/up.yaml";
let remote: Remote;
let product: Product;

beforeAll(async () => {
  remote = await Remote.start(await openTofu(), { servers: 3 });
});
afterEach(() => remote.reset());
afterAll(() => remote.stop());

const duringApply = async (disturb: () => Promise<void>) => {
  product.write(file, inventory("new", waiting));
  const running = product.start(["apply", id, "--yes"], { TF_STATE_PATIENCE: "20" });
  await until("the script has started", () => product.has(join(work, "started")));
  await disturb();
  product.write(join(work, "go"), "");
  return await running.ended;
};

describe("fault 5: three Consul servers", () => {
  it("survive the death of their leader in the middle of an apply", async () => {
    product = remote.product(undefined, { direct: true });
    const leader = await remote.consul.leader();
    const ran = await duringApply(() => leader.kill());
    expect(ran.code, ran.output).toBe(0);
    await leader.start();
    await remote.consul.settled();
    expect((await product.infra("state", "check", "--history")).code).toBe(0);
    expect((await product.infra("plan", id)).code).toBe(0);
  });

  it("refuse writes without a quorum, and a plan is still possible", async () => {
    product = remote.product(undefined, { direct: true });
    product.write(file, inventory("before"));
    const applied = await product.infra("apply", id, "--yes");
    expect(applied.code, applied.output).toBe(0);
    const [first, second] = remote.consul.servers;
    await Promise.all([first!.kill(), second!.kill()]);
    try {
      product.write(file, inventory("after"));
      const refused = await product.infra("apply", id, "--yes");
      expect(refused.code, refused.output).toBe(1);
      expect(refused.output).toMatch(/its lock\) could not be written: Consul at/);
      const planned = await product.infra("plan", id);
      expect(planned.code, planned.output).toBe(2);
      expect(planned.output).toContain("looked at without a lock");
    } finally {
      await Promise.all([first!.start(), second!.start()]);
      await remote.consul.settled();
    }
    const again = await product.infra("apply", id, "--yes");
    expect(again.code, again.output).toBe(0);
  });
});

/** Seconds, as the inventory says it; the shortest that there is. */
const TTL = 22;

/**
 * Seconds after which the lock of a killed run must be free. Consul documents that a session ends between its TTL and twice that
 * after the last renewal, then comes the lock-delay. `ConsulLock` asks for sessions of 10 s and no lock-delay, so that both fit
 * into the 22 s of the inventory. A new leader counts anew, and machines are slow: another TTL of such a session is for that. A
 * lock that gave its session the whole 22 s would be free after 36 s at the earliest: 44 s after a renewal that is at most 7 s old.
 */
const BOUND = TTL + 10;

const namespaces = spawnSync("unshare", ["--pid", "--fork", "true"]).status === 0;

describe("fault 2: the lock of a killed run on another machine", () => {
  it.skipIf(!namespaces)("is free within the TTL", async () => {
    const prefix = `infra/state/ttl-${String(process.pid)}`;
    const settings = { addresses: [remote.consul.servers[0]!.address], ttl: TTL, prefix };
    const client = new ConsulClient(settings);
    const lock = new ConsulLock(client, id);
    // In another pid namespace the holder can't be judged by its pid, as on another machine.
    const holder = spawn("unshare", [
      "--pid",
      "--fork",
      "--kill-child",
      process.execPath,
      fixture,
      JSON.stringify(settings),
    ]);
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    await expect(lock.acquire("apply")).rejects.toThrow(/is locked by apply/);
    // Consul ends a session after twice its TTL at the latest; what is left is for asking.
    const sessions = JSON.parse((await client.call({ method: "GET", path: "session/list" })).text) as { TTL: string }[];
    expect(sessions.map(({ TTL }) => 2 * Number.parseInt(TTL, 10) + 2)).toContain(settings.ttl);
    holder.kill("SIGKILL");
    // Throws when it is not free by then.
    const held = await lock.acquire("apply", { waitMs: BOUND * 1_000 });
    expect(held.takenOver).toBeUndefined();
    await held.release();
  });
});

const fixture = join(__dirname, "../../state/src/fixtures/consul-holder.cjs");
