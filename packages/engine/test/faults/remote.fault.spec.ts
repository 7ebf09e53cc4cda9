import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTofu, type Product, until } from "../product.js";
import { id, inventory, Remote, waiting } from "../remote.js";

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
    let second = await apply(two);
    expect(second.output).toContain(`pid ${String(late.pid)}`);
    while (second.code !== 0) second = await apply(two);
    expect(second.code, second.output).toBe(0);
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

describe("Consul answers an apply, and not a second run beside it", () => {
  const unreachable = { TF_STATE_CONSUL: "http://127.0.0.1:9" };

  it("and the second one is refused, names the apply, and leaves its engine and its files alone", async () => {
    const product = remote.product();
    product.write(file, inventory("new", waiting));
    const running = product.start(["apply", id, "--yes"]);
    await until("the script has started", () => product.has(join(work, "started")));
    const files = () => ["cdk.tf.json", "engine.pid"].map((name) => product.read(join(work, name)));
    const before = files();
    product.write(file, inventory("another"));
    const second = await product.infraWith(unreachable, "plan", id);
    expect(second.code, second.output).toBe(1);
    expect(second.output).toMatch(
      new RegExp(`${id} is locked by apply of \\S+@\\S+, pid ${String(running.pid)}, since`),
    );
    expect(files()).toEqual(before);
    product.write(join(work, "go"), "");
    const ended = await running.ended;
    expect(ended.code, ended.output).toBe(0);
    expect(await item(product)).toBe("new");
  });

  it("and an engine whose run is gone is left alone too, until the lock can be had", async () => {
    const product = remote.product();
    product.write(file, inventory("new", waiting));
    const running = product.start(["apply", id, "--yes"]);
    await until("the script has started", () => product.has(join(work, "started")));
    process.kill(running.pid, "SIGKILL");
    await running.ended;
    const engine = product.engineOf(id, work);
    const refused = await product.infraWith(unreachable, "plan", id);
    expect(refused.code, refused.output).toBe(1);
    expect(refused.output).toMatch(
      new RegExp(`pid ${String(engine)}, left by apply of \\S+@\\S+, pid ${String(running.pid)}`),
    );
    expect(product.engineOf(id, work)).toBe(engine);
    product.write(file, inventory("new"));
    const taken = await apply(product);
    expect(taken.code, taken.output).toBe(0);
    expect(taken.output).toContain("ended the engine that a run had left behind");
  });

  it("and what holds the working folder can be taken away", async () => {
    const product = remote.product();
    product.write(file, inventory("new", waiting));
    const running = product.start(["apply", id, "--yes"]);
    await until("the script has started", () => product.has(join(work, "started")));
    const unlocked = await product.infra("state", "unlock", id);
    expect(unlocked.output).toContain(`took the lock of ${id} from apply of`);
    expect(product.has(join(work, "lock", "00000001.released"))).toBe(true);
    product.write(join(work, "go"), "");
    await running.ended;
  });
});

describe("Ctrl-C twice while the store is slow", () => {
  it("records the state that the engine wrote, and gives Consul's lock back", async () => {
    const product = remote.product();
    product.write(file, inventory("new", waiting));
    const running = product.start(["apply", id, "--yes"]);
    await until("the script has started", () => product.has(join(work, "started")));
    remote.storeProxy.disturb({ kind: "delay", delayMs: 400, when: (method) => method === "PUT" });
    process.kill(running.pid, "SIGINT");
    await until("it says so", () => running.output().includes("interrupted: "));
    process.kill(running.pid, "SIGINT");
    const ended = await running.ended;
    expect(ended.code, ended.output).toBe(130);
    await remote.storeProxy.mend();
    const other = remote.product(product);
    other.write(file, inventory("new"));
    const completed = await other.results("apply", id, "--yes");
    expect(completed.code, completed.output).toBe(0);
    expect(completed.results[id]?.notes.join("\n")).not.toContain("took over");
    expect(completed.results[id]?.changes.map(({ action }) => action)).not.toContain("create");
    await intact(other);
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
  const { S3Bucket } = await import("../../state/src/stores/s3-bucket.js");
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
