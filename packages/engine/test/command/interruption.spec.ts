import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as os from "node:os";
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { FileLock } from "@infra/state";
import { command, openTofu, Product, until } from "../product.js";
import { waiting } from "../remote.js";

const id = "production/net";
const inventory = `stack: ./stacks/net
config:
  networks:
    one: { cidr: 10.0.0.0/16, subnets: 1 }
    two: { cidr: 10.1.0.0/16, subnets: 1 }
    three: { cidr: 10.2.0.0/16, subnets: 1 }
`;
const slowSubnets = (delayMs: number) => ({
  INFRA_FAULTS: JSON.stringify([{ type: "hcloud_network_subnet", operation: "create", delayMs }]),
});

let tofu: string;
let product: Product;

beforeAll(async () => {
  tofu = await openTofu();
});

beforeEach(() => {
  product = new Product(tofu);
  product.write("inventory/production/net.yaml", inventory);
});

afterEach(() => {
  product.remove();
});

const lockIsFree = (): boolean => {
  const names = readdirSync(join(product.root, product.work(id), "state", "lock"));
  return names
    .filter((name) => name.endsWith(".json"))
    .every((name) => names.includes(name.replace(".json", ".released")));
};

const firstNetworks = () => until("networks are created", () => product.cloud(id).length >= 3);

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  it(`${signal} during an apply ends it cleanly: state saved, lock released, the next apply completes`, async () => {
    const running = product.start(["apply", id, "--offline", "--yes"], slowSubnets(600));
    await firstNetworks();
    process.kill(running.pid, signal);
    const ran = await running.ended;
    expect(ran.code, ran.output).toBe(1);
    expect(ran.stderr).toContain("interrupted: the engines save their states and end");
    expect(ran.stdout).toContain("the run was interrupted; what was done is in the state. Run it again to complete it");
    expect(lockIsFree()).toBe(true);
    expect(product.engineOf(id)).toBeUndefined();
    const saved = product.states(id).at(-1)!;
    expect(Object.values(saved).map(String).sort()).toEqual(
      product
        .cloud(id)
        .map((object) => object.id)
        .sort(),
    );
    expect(existsSync(join(product.root, product.work(id), "errored.tfstate"))).toBe(false);

    const completed = await product.results("apply", id, "--offline", "--yes");
    expect(completed.code, completed.output).toBe(0);
    expect(product.cloud(id)).toHaveLength(6);
    expect(product.states(id).at(-1)).toMatchObject(saved);
  });
}

it("goes on to its end when nobody reads its output any more", async () => {
  const apply = `"${process.execPath}" "${command}" apply ${id} --offline --yes 2>&1 | head -n 1`;
  const env = { ...process.env, ...slowSubnets(100), INFRA_ENGINE: tofu };
  const [code] = (await once(spawn("sh", ["-c", apply], { cwd: product.root, env, stdio: "ignore" }), "close")) as [
    number,
  ];
  expect(code).toBe(0);
  expect(product.cloud(id)).toHaveLength(6);
  expect(lockIsFree()).toBe(true);
  expect((await product.infra("plan", id, "--offline")).code).toBe(0);
});

/** Interrupts an apply as often as that, each time once it has answered the one before. */
const interruptTimes = async (times: number) => {
  const running = product.start(["apply", id, "--offline", "--yes"], slowSubnets(3_000));
  await firstNetworks();
  for (let sent = 1; sent <= times; sent += 1) {
    process.kill(running.pid, sent % 2 === 1 ? "SIGINT" : "SIGTERM");
    const answered = () => running.output().match(/^interrupted/gm)?.length === sent;
    if (sent < times) await until("it says so", answered);
  }
  const ran = await running.ended;
  expect(ran.code, ran.output).toBe(130);
};

const nothingLostOrDoubled = () => {
  expect(product.engineOf(id)).toBeUndefined();
  const recorded = Object.values(product.states(id).at(-1) ?? {}).map(String);
  expect(recorded.sort()).toEqual(
    product
      .cloud(id)
      .map((object) => object.id)
      .sort(),
  );
  expect(recorded).toHaveLength(6);
};

it("Ctrl-C twice ends the command within seconds: the lock is released, and the next apply loses and doubles nothing", async () => {
  await interruptTimes(2);
  expect(lockIsFree()).toBe(true);
  const completed = await product.results("apply", id, "--offline", "--yes");
  expect(completed.code, completed.output).toBe(0);
  expect(completed.results[id]?.notes.join("\n")).not.toContain("took over the lock");
  nothingLostOrDoubled();
});

it("Ctrl-C three times ends the command at once; its engine saves what it did, and the next apply takes the lock over", async () => {
  await interruptTimes(3);
  const completed = await product.results("apply", id, "--offline", "--yes");
  expect(completed.code, completed.output).toBe(0);
  expect(completed.results[id]?.notes.join("\n")).toContain("took over the lock of a run that died");
  nothingLostOrDoubled();
  expect(await new FileLock(join(product.root, product.work(id), "state"), id).inspect()).toBeUndefined();
});

it("after an interruption nothing more is started, and that is said", async () => {
  product.write("inventory/production/later.yaml", inventory);
  const running = product.start(["apply", "--all", "--offline", "--yes", "-p", "1"], slowSubnets(600));
  const first = await until("one of the two begins", () =>
    ["production/net", "production/later"].find((each) => product.cloud(each).length >= 3),
  );
  process.kill(running.pid, "SIGINT");
  const ran = await running.ended;
  const second = first === "production/net" ? "production/later" : "production/net";
  expect(ran.code, ran.output).toBe(1);
  expect(ran.stdout).toContain(`${second} was not started: the run was interrupted. Run it again`);
  expect(product.cloud(second)).toEqual([]);
});

/** Starts an apply that goes on until it is let go. */
const startWaiting = async () => {
  product.write(
    "inventory/production/net.yaml",
    `stack: ./stacks/values\nconfig:\n  script: ${JSON.stringify(waiting)}\n`,
  );
  const { pid, ended } = product.start(["apply", id, "--offline", "--yes"]);
  await until("the script has started", () => product.has(join(product.work(id), "started")));
  return { pid, letGo: () => product.write(join(product.work(id), "go"), ""), ended };
};

it("refuses a second apply on the same deployment and names who holds it", async () => {
  const first = await startWaiting();
  const second = await product.infra("apply", id, "--offline", "--yes");
  expect(second.code, second.output).toBe(1);
  const holder = `apply of ${os.userInfo().username}@${os.hostname()}, pid ${String(first.pid)}, since 2`;
  expect(second.stdout).toContain(`${id} is locked by ${holder}`);
  expect(second.stdout).toContain(`infra state unlock ${id}`);
  const doctor = await product.infra("doctor", "--offline");
  expect(doctor.stdout).toContain(`pid ${String(first.pid)}`);
  first.letGo();
  const ended = await first.ended;
  expect(ended.code, ended.output).toBe(0);
  expect(product.states(id).at(-1)).toHaveProperty(["terraform_data.script"]);
});

it("lets an apply of another deployment go through while one holds its own, and not a second of the same", async () => {
  const first = await startWaiting();
  product.write("inventory/production/later.yaml", inventory);
  const other = await product.infra("apply", "production/later", "--offline", "--yes");
  expect(other.code, other.output).toBe(0);
  const same = await product.infra("apply", id, "--offline", "--yes");
  expect([same.code, same.stdout]).toEqual([1, expect.stringContaining(`${id} is locked by apply`)]);
  first.letGo();
  const ended = await first.ended;
  expect(ended.code, ended.output).toBe(0);
});

it("lets one of many applies that start at once win each time, and nothing is created twice", async () => {
  const runs = await Promise.all(
    Array.from({ length: 4 }, () => product.start(["apply", id, "--offline", "--yes"], slowSubnets(200)).ended),
  );
  const winners = runs.filter(({ code }) => code === 0);
  const losers = runs.filter(({ code }) => code === 1);
  expect(winners.length, runs.map(({ output }) => output).join("\n")).toBeGreaterThan(0);
  expect(winners.length + losers.length).toBe(4);
  for (const { stdout } of losers) expect(stdout).toMatch(/is locked by apply of \S+@\S+, pid \d+/);
  expect(product.cloud(id)).toHaveLength(6);
  expect((await product.infra("plan", id, "--offline")).code).toBe(0);
});

it("takes a lock away on request; that run then cannot record anything", async () => {
  const first = await startWaiting();
  const unlocked = await product.infra("state", "unlock", id, "--offline");
  expect(unlocked.code, unlocked.output).toBe(0);
  expect(unlocked.stdout).toContain(`pid ${String(first.pid)}`);
  first.letGo();
  const ended = await first.ended;
  expect(ended.code, ended.output).toBe(1);
  expect(ended.stdout).toContain("this run lost its lock");
  expect((await product.infra("state", "unlock", id, "--offline")).stdout).toContain(`${id} was not locked`);
});
