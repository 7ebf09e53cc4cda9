import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startStateService } from "@infra/state";
import { RemoteState } from "@infra/state/remote";
import { openTofu, type Product } from "../product.js";
import { id, inventory, long, Remote } from "../remote.js";

let remote: Remote;

beforeAll(async () => {
  remote = await Remote.start(await openTofu());
});
afterEach(() => remote.reset());
afterAll(() => remote.stop());

const file = "inventory/production/up.yaml";
const intact = async (product: Product): Promise<void> => {
  const checked = await product.infra("state", "check", "--history");
  expect(checked.code, checked.output).toBe(0);
};

describe("fault 1: two applies on one deployment", () => {
  const rounds = long ? 100 : 3;

  it(
    `in ${String(rounds)} rounds one of them changes it, and the other names who does`,
    { timeout: rounds * 60_000 + 240_000 },
    async () => {
      const meeting = mkdtempSync(join(tmpdir(), "infra-meeting-"));
      const one = remote.product();
      const two = remote.product(one);
      for (let round = 1; round <= rounds; round += 1) {
        const go = join(meeting, `go-${String(round)}`);
        // Whoever is inside stays there until the other one has ended: two that were inside would wait for ever.
        const script = `while [ ! -e ${go} ]; do sleep 0.05; done; echo round ${String(round)}`;
        const runs = [one, two].map((product, index) => {
          product.write(file, inventory(`round ${String(round)} of ${String(index)}`, script));
          return product.start(["apply", id, "--yes"]);
        });
        const [loser, lost] = await Promise.race(runs.map(async (run) => [run, await run.ended] as const));
        const winner = runs.find((run) => run !== loser);
        expect(lost.code, lost.output).toBe(1);
        expect(lost.output).toMatch(/production\/up is locked by apply of \S+@\S+, pid \d+, since 2/);
        expect(lost.output).toContain(`pid ${String(winner?.pid)}, since`);
        writeFileSync(go, "");
        const won = await winner?.ended;
        expect(won?.code, won?.output).toBe(0);
      }
      rmSync(meeting, { recursive: true });
      await intact(one);
      const { stdout } = await one.infra("state", "versions", id, "--json");
      expect((JSON.parse(stdout) as unknown[]).length).toBeGreaterThanOrEqual(rounds);
    },
  );
});

describe("fault 12: many deployments at once against one store", () => {
  const count = long ? 100 : 8;
  const ids = Array.from({ length: count }, (_, index) => `production/d${String(index)}`);

  it(
    `${String(count)} deployments are applied, and all are recorded, in memory that is bounded`,
    { timeout: count * 20_000 + 240_000 },
    async () => {
      const product = remote.product();
      for (const each of ids) product.write(`inventory/${each}.yaml`, inventory(each));
      const running = product.start(["apply", "--all", "--yes", "-p", String(count)], {
        NODE_OPTIONS: `--max-old-space-size=${String(heap)}`,
      });
      let peak = 0;
      const watch = setInterval(() => (peak = Math.max(peak, memoryOf(running.pid))), 50);
      const ran = await running.ended;
      clearInterval(watch);
      expect(ran.code, ran.output).toBe(0);
      await intact(product);
      const outputs = await product.results("output");
      for (const each of ids) expect(outputs.results[each]?.outputs).toEqual({ items: { one: each } });
      if (process.platform === "linux") expect(peak).toBeGreaterThan(0);
      expect(peak).toBeLessThan(memory);
    },
  );

  it("100 sessions that are written to at the same time lose no update", async () => {
    const product = remote.product();
    const state = await remoteState(product);
    const service = await startStateService();
    const writers = Array.from({ length: 100 }, (_, index) => `production/w${String(index)}`);
    try {
      await Promise.all(
        writers.map(async (deployment) => {
          const session = await service.open({
            deployment,
            store: state.store(deployment),
            lock: state.lock(deployment),
            operation: "apply",
          });
          for (const serial of [1, 2, 3]) expect(await write(session.env, deployment, serial)).toBe(200);
          await session.close();
        }),
      );
      for (const deployment of writers) {
        const versions = await state.store(deployment).versions();
        expect(versions.map(({ serial }) => serial)).toEqual([3, 2, 1]);
        expect(JSON.parse(String((await state.store(deployment).read())?.bytes))).toMatchObject({
          lineage: deployment,
          serial: 3,
        });
      }
    } finally {
      await service.close();
      state.close();
    }
  });
});

/** Megabytes that the command's own objects may take. */
const heap = 192;

/** Megabytes that the command may take in all: three times the 144 that 100 deployments at once took when this was measured. */
const memory = 432;

/** Sends a state as an engine does. @returns the status of the answer */
const write = async (env: Readonly<Record<string, string>>, lineage: string, serial: number): Promise<number> => {
  const { TF_HTTP_ADDRESS = "", TF_HTTP_USERNAME = "", TF_HTTP_PASSWORD = "" } = env;
  const authorization = `Basic ${Buffer.from(`${TF_HTTP_USERNAME}:${TF_HTTP_PASSWORD}`).toString("base64")}`;
  const body = JSON.stringify({ version: 4, terraform_version: "1.12.6", lineage, serial, resources: [] });
  return (await fetch(TF_HTTP_ADDRESS, { method: "POST", headers: { authorization }, body })).status;
};

const remoteState = async ({ env }: Product): Promise<RemoteState> => {
  const { s3Settings } = await import("@infra/state");
  return new RemoteState(s3Settings({ kind: "s3", consul: { ttl: 60 } }, "acme", env));
};

/** Resident memory of a process, in MB. */
const memoryOf = (pid: number): number => {
  const status = `/proc/${String(pid)}/status`;
  if (!existsSync(status)) return 0;
  return Number(/VmRSS:\s+(\d+)/.exec(spawnSync("cat", [status], { encoding: "utf8" }).stdout)?.[1] ?? 0) / 1024;
};
