import { join } from "node:path";
import { afterEach, beforeAll, expect, it } from "vitest";
import { FileLock, FolderStore } from "@infra/state";
import { openTofu, Product, type Ran, until } from "../product.js";
import { long } from "../remote.js";

const id = "production/net";
/** At so many moments each of the {@link victims} is killed. */
const moments = long ? 30 : 3;
const slow = JSON.stringify([{ type: "*", operation: "create", delayMs: 60 }]);

/** What dies: the command, the engine, or both. */
const victims = ["command", "engine", "both"] as const;

const networks = (count: number): string => {
  const entries = Array.from(
    { length: count },
    (_, index) => `    n${String(index)}: { cidr: 10.${String(index)}.0.0/16, subnets: 2 }\n`,
  );
  return `stack: ./stacks/net\nconfig:\n  networks:\n${entries.join("")}`;
};

let tofu: string;
let template: Product;
const products: Product[] = [];

beforeAll(async () => {
  tofu = await openTofu();
});

afterEach(() => {
  for (const product of products.splice(0)) product.remove();
});

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
const randomNumbers = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

interface Trial {
  readonly victim: (typeof victims)[number];
  /** Share of the time that an undisturbed apply takes. */
  readonly at: number;
}

const kill = (pid: number | undefined): void => {
  try {
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  } catch {
    // It had ended by itself.
  }
};

/** Applies, and kills at a moment of the apply. @returns what the command said, if it was not killed itself */
const applyAndKill = async (product: Product, { victim, at }: Trial, duration: number): Promise<Ran> => {
  const running = product.start(["apply", id, "--offline", "--yes"], { INFRA_FAULTS: slow });
  let ended = false;
  void running.ended.then(() => (ended = true));
  await new Promise((resolve) => setTimeout(resolve, at * duration));
  if (victim !== "command") {
    const engine = await until("an engine runs, or the command has ended", () => product.engineOf(id) ?? (ended && -1));
    if (victim === "both") kill(running.pid);
    if (engine > 0) kill(engine);
  } else kill(running.pid);
  return running.ended;
};

const check = async (trial: Trial, seed: number, duration: number): Promise<void> => {
  const product = new Product(tofu, {}, template);
  products.push(product);
  product.write("inventory/production/net.yaml", networks(5));
  const killed = await applyAndKill(product, trial, duration);
  const context = `seed ${String(seed)}, ${trial.victim} killed at ${trial.at.toFixed(3)}: ${killed.output}`;

  const folder = join(product.root, product.work(id), "state");
  expect((await new FolderStore(folder, id).read())?.bytes.length, context).toBeGreaterThan(0);
  const recorded = product.states(id);
  expect(recorded.length, context).toBeGreaterThan(0);
  for (const state of recorded) expect(recorded.at(-1), context).toMatchObject(state);
  const before = recorded.at(-1)!;

  const lock = await new FileLock(folder, id).inspect();
  expect(lock?.state ?? "dead", context).toBe("dead");
  const applied = await product.results("apply", id, "--offline", "--yes");
  expect(applied.code, `${context}\n${applied.output}`).toBe(0);
  if (lock) {
    const { user, host, pid } = lock.holder;
    const named = `took over the lock of a run that died: apply of ${user}@${host}, pid ${String(pid)}`;
    expect(applied.results[id]?.notes.join("\n"), context).toContain(named);
  }

  const after = product.states(id).at(-1)!;
  expect(after, context).toMatchObject(before);
  const cloud = product.cloud(id);
  expect(Object.keys(after), context).toHaveLength(15);
  expect(cloud.map(({ id: objectId }) => objectId).sort(), context).toEqual(Object.values(after).map(String).sort());
  expect(new Set(cloud.map(({ type, values }) => `${type} ${String(values["ip_range"])}`)).size, context).toBe(15);
  product.remove();
};

it(
  `fault 2: kill -9 of the command, the engine or both, at ${String(moments)} random moments each, loses and doubles nothing`,
  async () => {
    template = new Product(tofu);
    products.push(template);
    template.write("inventory/production/net.yaml", networks(1));
    expect((await template.infra("apply", id, "--offline", "--yes")).code).toBe(0);

    const measured = new Product(tofu, {}, template);
    products.push(measured);
    measured.write("inventory/production/net.yaml", networks(5));
    const begun = performance.now();
    expect((await measured.infraWith({ INFRA_FAULTS: slow }, "apply", id, "--offline", "--yes")).code).toBe(0);
    const duration = performance.now() - begun;

    const seed = Number(process.env["INFRA_TEST_SEED"] ?? Date.now() % 2 ** 31);
    const random = randomNumbers(seed);
    for (let moment = 0; moment < moments; moment += 1)
      for (const victim of victims) await check({ victim, at: random() }, seed, duration);
  },
  moments * 120_000 + 240_000,
);
