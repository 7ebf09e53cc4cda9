import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { filesWith, formsOf } from "../canaries.js";
import { filesIn, openTofu, passphrase, Product, type Ran, terraform, until } from "../product.js";

const id = "production/net";
const token = `canary/${"A1b2C3d4+E5f6=".repeat(4)}z`;
const networks = (names: string): string =>
  `stack: ./stacks/net\nconfig:\n  networks:\n${[...names]
    .map((name, index) => `    ${name}: { cidr: 10.${String(index)}.0.0/16, subnets: 1 }\n`)
    .join("")}`;

const forms = [passphrase, token].flatMap(formsOf);

const basic = Buffer.from(`infra:${token}`).toString("base64");
const leak = `401 for ${token}, ${encodeURIComponent(token)}, Basic ${basic}, {"token": ${JSON.stringify(token)}}`;
const failing = JSON.stringify([{ type: "hcloud_network_subnet", operation: "create", error: leak }]);
const slow = JSON.stringify([{ type: "hcloud_network_subnet", operation: "create", delayMs: 5_000 }]);

let tofu: string;
let product: Product;

beforeAll(async () => {
  tofu = await openTofu();
});

const create = (engine: string): void => {
  const home = new Product(engine);
  const folders = { TMPDIR: join(home.root, "tmp"), INFRA_CACHE: join(home.root, "cache") };
  for (const folder of Object.values(folders)) mkdirSync(folder);
  home.write("inventory/production/net.yaml", networks("ab"));
  product = Object.assign(home, { env: { ...folders, INFRA_STATE_PASSPHRASE: passphrase, HCLOUD_TOKEN: token } });
};

beforeEach(() => {
  create(tofu);
});

afterEach(() => {
  product.remove();
});

/** Folders in memory that belong to runs of this product; other specs have theirs beside them. */
const memoryFolders = (): string[] =>
  (existsSync("/dev/shm") ? readdirSync("/dev/shm") : []).filter((name) => {
    try {
      const { pid } = JSON.parse(readFileSync(join("/dev/shm", name, "owner.json"), "utf8")) as { pid: number };
      return product.pids.includes(pid);
    } catch {
      return false;
    }
  });

/** Files of the product, of the temporary folder and of the cache that hold a secret. */
const leaks = (): string[] => filesWith(product.root, forms);

const expectSilent = (...runs: Ran[]): void => {
  for (const { output } of runs) for (const form of forms) expect(output).not.toContain(form);
};

describe("secrets", () => {
  it("are in no file and in no output of runs that succeed", async () => {
    const runs = [];
    for (const args of [
      ["plan", id],
      ["apply", id, "--yes"],
      ["drift", id],
      ["output", id],
      ["destroy", id, "--yes"],
    ])
      runs.push(await product.infra(...args, "--offline", "--json"));
    for (const { code, output } of runs) expect([0, 2], output).toContain(code);
    expectSilent(...runs);
    expect(leaks()).toEqual([]);
  });

  it("are masked in the errors of providers, however they are written there", async () => {
    for (const format of [[], ["--json"]]) {
      const ran = await product.infraWith({ INFRA_FAULTS: failing }, "apply", id, "--offline", "--yes", ...format);
      expect(ran.code).toBe(1);
      expect(ran.stdout).toContain("401 for ***, ***, Basic ");
      expectSilent(ran);
    }
    expect(leaks()).toEqual([]);
  });

  it("are in no file after a run was killed with -9", async () => {
    const running = product.start(["apply", id, "--offline", "--yes"], { INFRA_FAULTS: slow });
    const engine = await until("networks are created", () => product.cloud(id).length >= 2 && product.engineOf(id));
    process.kill(running.pid, "SIGKILL");
    process.kill(engine, "SIGKILL");
    expectSilent(await running.ended);
    expect(leaks()).toEqual([]);
    expect(filesIn(join(product.root, product.work(id))).filter((file) => /\.(?:out|err)$/.test(file))).toEqual([]);
  });

  it("are in no file and no output of real runs, whose environment has them", async () => {
    product.write("inventory/production/net.yaml", "stack: ./stacks/values\nconfig:\n  items:\n    one: hello\n");
    const runs = [];
    for (const args of [
      ["plan", id],
      ["apply", id, "--yes"],
      ["output", id],
      ["destroy", id, "--yes"],
    ])
      runs.push(await product.infra(...args));
    for (const { code, output } of runs) expect([0, 2], output).toContain(code);
    expectSilent(...runs);
    expect(leaks()).toEqual([]);
  });
});

describe.skipIf(terraform() === undefined)("with Terraform, secrets and plans", () => {
  it("are in no file, in clear, on the disk or in memory, after a run", async () => {
    create(terraform()!);
    const runs = [await product.infra("plan", id, "--offline"), await product.infra("apply", id, "--offline", "--yes")];
    for (const { code, output } of runs) expect([0, 2], output).toContain(code);
    expectSilent(...runs);
    expect(leaks()).toEqual([]);
    expect(memoryFolders()).toEqual([]);
  });

  it("are removed from memory by the next run after a run was killed with -9", async () => {
    create(terraform()!);
    const running = product.start(["apply", id, "--offline", "--yes"], { INFRA_FAULTS: slow });
    const engine = await until("networks are created", () => product.cloud(id).length >= 2 && product.engineOf(id));
    process.kill(running.pid, "SIGKILL");
    process.kill(engine, "SIGKILL");
    await running.ended;
    const completed = await product.infra("apply", id, "--offline", "--yes");
    expect(completed.code, completed.output).toBe(0);
    expect(memoryFolders()).toEqual([]);
  });
});
