import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTofu, type Product, until } from "../test/product.js";
import { id, inventory, long, Remote, waiting } from "../test/remote.js";

const work = join(".infra", "real", id);
const keptFile = join(work, "kept.tfstate");
let remote: Remote;

beforeAll(async () => {
  remote = await Remote.start(await openTofu());
});
afterEach(() => remote.reset());
afterAll(() => remote.stop());

const file = "inventory/production/up.yaml";
const apply = (product: Product) => product.infra("apply", id, "--yes");
const versions = async (product: Product): Promise<{ version: number; serial: number; current: boolean }[]> =>
  JSON.parse((await product.infra("state", "versions", id, "--json")).stdout) as never;
const item = async (product: Product): Promise<unknown> =>
  ((await product.results("output", id)).results[id]?.outputs?.["items"] as { one?: unknown } | undefined)?.one;
const intact = async (product: Product) => {
  const checked = await product.infra("state", "check", "--history");
  expect(checked.code, checked.output).toBe(0);
};

/** Applies a script that waits, disturbs something meanwhile, and lets the apply end. */
const duringApply = async (product: Product, disturb: () => Promise<void> | void) => {
  product.write(file, inventory("new", waiting));
  const running = product.start(["apply", id, "--yes"]);
  await until("the script has started", () => product.has(join(work, "started")));
  await disturb();
  product.write(join(work, "go"), "");
  return await running.ended;
};

describe("fault 1: two applies on one deployment", () => {
  const rounds = long ? 100 : 3;
  it(
    `in ${String(rounds)} rounds never change it both at once; the loser names the holder`,
    { timeout: rounds * 30_000 },
    async () => {
      const one = remote.product();
      const two = remote.product(one);
      let applied = 0;
      for (let round = 1; round <= rounds; round += 1) {
        const runs = await Promise.all(
          [one, two].map(async (product, index) => {
            product.write(file, inventory(`round ${String(round)} of ${String(index)}`));
            return { index, ran: await apply(product) };
          }),
        );
        const won = runs.filter(({ ran }) => ran.code === 0);
        const said = runs.map(({ ran }) => ran.output).join("\n");
        expect(won.length, said).toBeGreaterThan(0);
        for (const { ran } of runs.filter((each) => !won.includes(each)))
          expect(ran.output).toMatch(/is locked by apply of \S+@\S+, pid \d+, since 2/);
        applied += won.length;
        expect(won.map(({ index }) => `round ${String(round)} of ${String(index)}`)).toContainEqual(await item(one));
      }
      const history = await versions(one);
      expect(history.length).toBeGreaterThanOrEqual(applied);
      await intact(one);
    },
  );
});

describe("fault 2: kill -9", () => {
  const trials = long ? 30 : 3;
  it(
    `of engine, runner or both at ${String(trials)} random moments loses nothing, and blocks nobody`,
    { timeout: trials * 60_000 },
    async () => {
      const product = remote.product();
      product.write(file, inventory("zero"));
      const begun = performance.now();
      expect((await apply(product)).code).toBe(0);
      const duration = performance.now() - begun;
      for (let trial = 1; trial <= trials; trial += 1) {
        const before = (await versions(product))[0]!;
        product.write(file, inventory(`trial ${String(trial)}`));
        const running = product.start(["apply", id, "--yes"]);
        await sleep(Math.random() * duration);
        const pids = [running.pid, engineIn(product)].filter(
          (_, index) => trial % 3 === 0 || index === (trial % 3) - 1,
        );
        for (const pid of pids) if (pid !== undefined) spawnSync("kill", ["-9", String(pid)]);
        await running.ended;
        const after = (await versions(product))[0]!;
        expect(after.version).toBeGreaterThanOrEqual(before.version);
        const again = await apply(product);
        expect(again.code, again.output).toBe(0);
        expect(await item(product)).toBe(`trial ${String(trial)}`);
        expect((await versions(product))[0]!.serial).toBeGreaterThanOrEqual(after.serial);
      }
      await intact(product);
    },
  );
});

const engineIn = (product: Product): number | undefined => {
  const pid = join(work, "engine.pid");
  return product.has(pid) ? Number(product.read(pid)) : undefined;
};

describe("fault 4: the holder is stopped past its TTL", () => {
  it("and its late write is rejected, kept, and pushed only on purpose", async () => {
    const one = remote.product();
    one.write(file, inventory("before"));
    expect((await apply(one)).code).toBe(0);
    const two = remote.product(one);
    two.write(file, inventory("second"));
    one.write(file, inventory("late", waiting));
    const late = one.start(["apply", id, "--yes"]);
    await until("the script has started", () => one.has(join(work, "started")));
    process.kill(late.pid, "SIGSTOP");
    const stopped = performance.now();
    let second = await apply(two);
    expect(second.output).toContain(`pid ${String(late.pid)}`);
    while (second.code !== 0 && performance.now() - stopped < 60_000) second = await apply(two);
    expect(second.code, second.output).toBe(0);
    expect(performance.now() - stopped).toBeGreaterThan(8_000);
    process.kill(late.pid, "SIGCONT");
    one.write(join(work, "go"), "");
    const ended = await late.ended;
    expect(ended.code, ended.output).toBe(1);
    expect(ended.output).toMatch(/this run lost its lock|was to replace version/);
    expect(ended.output).toContain(`infra state push ${id}`);
    expect(await item(two)).toBe("second");

    expect(one.has(keptFile)).toBe(true);
    expect(one.read(keptFile)).not.toContain("late");
    const refused = await one.infra("state", "push", id);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain("was written since by another run");
    const pushed = await one.infra("state", "push", id, "--force");
    expect(pushed.code, pushed.output).toBe(0);
    expect(one.has(keptFile)).toBe(false);
    expect(await item(two)).toBe("late");
    await intact(one);
  });
});

describe("fault 5: Consul is cut off in the middle of an apply", () => {
  it("and nothing is written without it; the state is kept, and pushed when it is back", async () => {
    const product = remote.product();
    const ran = await duringApply(product, () => remote.lockProxy.cut());
    expect(ran.code, ran.output).toBe(1);
    expect(ran.output).toContain("Consul at");
    expect(ran.output).toContain(keptFile);
    expect(product.has(join(work, "errored.tfstate"))).toBe(false);

    const refused = await apply(product);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain(`infra state push ${id}`);
    const planned = await product.infra("plan", id);
    expect(planned.code, planned.output).toBe(2);
    expect(planned.output).toContain("looked at without a lock");
    expect(planned.output).toContain("is not recorded yet");

    await remote.lockProxy.mend();
    expect((await apply(product)).output).toContain(`infra state push ${id}`);
    const pushed = await product.infra("state", "push", id);
    expect(pushed.code, pushed.output).toBe(0);
    expect((await product.infra("plan", id)).code).toBe(0);
    await intact(product);
  });
});

describe("fault 6: the store", () => {
  it("is down at the last write: the state is kept until it is pushed", async () => {
    const product = remote.product();
    const ran = await duringApply(product, () => remote.storeProxy.cut());
    expect(ran.code, ran.output).toBe(1);
    expect(ran.output).toContain(keptFile);
    await remote.storeProxy.mend();
    const refused = await apply(product);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain(`infra state push ${id}`);
    expect((await product.infra("state", "push", id)).code).toBe(0);
    expect((await product.infra("plan", id)).code).toBe(0);
    expect((await apply(product)).code).toBe(0);
    await intact(product);
  });

  it.each([
    [
      "drops answers after requests went through",
      { kind: "drop", times: 3, when: (method: string) => method === "PUT" },
    ],
    ["answers 503 in bursts", { kind: "answer", status: 503, times: 4 }],
    ["is slow", { kind: "delay", delayMs: 700 }],
  ] as const)("%s: nothing is lost, nothing is written twice", async (_, disturbance) => {
    const product = remote.product();
    product.write(file, inventory("before"));
    expect((await apply(product)).code).toBe(0);
    const before = await versions(product);
    const ran = await duringApply(product, () => {
      remote.storeProxy.disturb(disturbance);
    });
    expect(ran.code, ran.output).toBe(0);
    await remote.storeProxy.mend();
    expect(await item(product)).toBe("new");
    const after = await versions(product);
    expect(new Set(after.map(({ serial }) => serial)).size).toBe(after.length);
    expect(after.length).toBeGreaterThan(before.length);
    await intact(product);
  });

  it("loses answers of Consul's transaction: the version is written once", async () => {
    const product = remote.product();
    const ran = await duringApply(product, () => {
      remote.lockProxy.disturb({ kind: "drop", times: 1, when: (_, path) => path.endsWith("/txn") });
    });
    expect(ran.code, ran.output).toBe(0);
    const after = await versions(product);
    expect(new Set(after.map(({ serial }) => serial)).size).toBe(after.length);
    await intact(product);
  });
});

describe("fault 8: a stored state is damaged", () => {
  it("and refused by every verb; one command restores", async () => {
    const product = remote.product();
    for (const value of ["first", "second"]) {
      product.write(file, inventory(value));
      expect((await apply(product)).code).toBe(0);
    }
    const [current, previous] = await versions(product);
    await damage(product);
    for (const args of [["plan"], ["apply", "--yes"], ["output"]]) {
      const ran = await product.infra(args[0]!, id, ...args.slice(1));
      expect(ran.code, ran.output).toBe(1);
      expect(ran.output).toContain(`infra state restore ${id}`);
    }
    const checked = await product.infra("state", "check", "--json");
    expect(checked.code).toBe(1);
    expect(checked.stdout).toMatch(/s3:\/\/states\/\S+\.tfstate: the state of production\/up is damaged: sha256 is/);
    const restored = await product.infra("state", "restore", id, String(previous!.version));
    expect(restored.code, restored.output).toBe(0);
    expect((await versions(product))[0]!.version).toBe(current!.version + 1);
    expect(await item(product)).toBe("first");
    expect((await apply(product)).code).toBe(0);
    expect(await item(product)).toBe("second");
  });
});

/** Flips a bit of the current version's bytes, behind everybody's back. */
const damage = async (product: Product): Promise<void> => {
  const { S3Bucket } = await import("./state/s3-bucket.js");
  const { garage } = remote;
  const bucket = new S3Bucket({
    bucket: garage.bucket,
    endpoint: garage.endpoint,
    region: garage.region,
    pathStyle: true,
    prefix: product.env["TF_STATE_PREFIX"]!,
    credentials: { accessKeyId: garage.accessKeyId, secretAccessKey: garage.secretAccessKey },
  });
  const names = (await bucket.list(`${id}/versions`)).sort();
  const key = `${id}/versions/${names.at(-1)!}`;
  const bytes = (await bucket.get(key))!;
  bytes[bytes.length - 40]! ^= 1;
  await bucket.put(key, bytes);
  bucket.close();
};

describe("fault 12: many deployments at once against one store", () => {
  const count = long ? 100 : 8;
  it(`${String(count)} deployments are all recorded, with bounded memory`, { timeout: count * 20_000 }, async () => {
    const product = remote.product();
    const ids = Array.from({ length: count }, (_, index) => `production/d${String(index)}`);
    for (const each of ids) product.write(`inventory/${each}.yaml`, inventory(each));
    const running = product.start(["apply", "--all", "--yes", "-p", "8"]);
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, memoryOf(running.pid))), 50);
    const ran = await running.ended;
    clearInterval(watch);
    expect(ran.code, ran.output).toBe(0);
    await intact(product);
    const outputs = await product.results("output");
    for (const each of ids) expect(outputs.results[each]?.outputs).toEqual({ items: { one: each } });
    console.log(`${String(count)} deployments: the command's memory was ${String(peak)} MB at most`);
    expect(peak).toBeLessThan(400);
  });
});

/** Resident memory of a process, in MB. */
const memoryOf = (pid: number): number => {
  const status = `/proc/${String(pid)}/status`;
  if (!existsSync(status)) return 0;
  return Number(/VmRSS:\s+(\d+)/.exec(spawnSync("cat", [status], { encoding: "utf8" }).stdout)?.[1] ?? 0) / 1024;
};
