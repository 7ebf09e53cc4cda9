import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTofu, type Product, until } from "../product.js";
import { id, inventory, long, Remote } from "../remote.js";

const work = join(".infra", "real", id);
const file = "inventory/production/up.yaml";
let remote: Remote;

beforeAll(async () => {
  remote = await Remote.start(await openTofu());
});
afterEach(() => remote.reset());
afterAll(() => remote.stop());

interface Version {
  readonly version: number;
  readonly serial: number;
}

const apply = (product: Product) => product.infra("apply", id, "--yes");
const versions = async (product: Product): Promise<Version[]> =>
  JSON.parse((await product.infra("state", "versions", id, "--json")).stdout) as Version[];

/** Kills at a random moment of an apply. */
const applyAndKill = async (product: Product, victim: "runner" | "engine", duration: number): Promise<void> => {
  const running = product.start(["apply", id, "--yes"]);
  let ended = false;
  void running.ended.then(() => (ended = true));
  await sleep(Math.random() * duration);
  const pid =
    victim === "runner"
      ? running.pid
      : await until("an engine runs, or the command has ended", () => product.engineOf(id, work) ?? (ended && 0));
  if (pid > 0) kill(pid);
  await running.ended;
};

const kill = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It had ended by itself.
  }
};

describe("fault 2: kill -9 during an apply whose state is in Garage, with its lock in Consul", () => {
  const trials = long ? 30 : 2;

  it.each(["runner", "engine"] as const)(
    `of the %s, at ${String(trials)} random moments, loses nothing that was recorded and blocks nobody`,
    { timeout: trials * 90_000 + 240_000 },
    async (victim) => {
      const product = remote.product();
      product.write(file, inventory("zero"));
      const begun = performance.now();
      expect((await apply(product)).code).toBe(0);
      const duration = performance.now() - begun;
      let [last] = await versions(product);
      for (let trial = 1; trial <= trials; trial += 1) {
        product.write(file, inventory(`trial ${String(trial)}`));
        await applyAndKill(product, victim, duration);
        const again = await product.results("apply", id, "--yes");
        expect(again.code, again.output).toBe(0);
        expect(product.engineOf(id, work)).toBeUndefined();
        const [now, ...before] = await versions(product);
        expect(before.map(({ version }) => version)).toContain(last?.version);
        expect(now?.serial).toBeGreaterThan(last?.serial ?? 0);
        last = now;
      }
      expect((await product.results("output", id)).results[id]?.outputs).toEqual({
        items: { one: `trial ${String(trials)}` },
      });
      const checked = await product.infra("state", "check", "--history");
      expect(checked.code, checked.output).toBe(0);
    },
  );
});
