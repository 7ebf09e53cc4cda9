import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { startConsul, startGarage } from "@infra/services";
import { openTofu, passphrase, Product, until } from "../product.js";
import { waiting } from "../remote.js";

const id = "production/up";
const work = join(".infra", "real", id);
const file = "inventory/production/up.yaml";
const inventory = (item: string) => `stack: ./stacks/values\nconfig:\n  items: { one: "${item}" }\n`;

/** Mounting needs root. */
const mountable = (() => {
  const folder = mkdtempSync(join(tmpdir(), "infra-mount-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "infra-test", folder]).status === 0;
  if (mounted) spawnSync("umount", [folder]);
  rmSync(folder, { recursive: true });
  return mounted;
})();

let tofu: string;
let product: Product;
let state: string;

beforeAll(async () => {
  tofu = await openTofu();
});
beforeEach(() => {
  product = new Product(tofu, { INFRA_STATE_PASSPHRASE: passphrase });
  state = join(product.root, "state");
  mkdirSync(state);
  spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "infra-test", state]);
});
afterEach(() => {
  spawnSync("umount", [state]);
  product.remove();
});

it.skipIf(!mountable)("fault 10: a full disk ends an apply with an error, and the state is unchanged", async () => {
  product.write(file, inventory("before"));
  expect((await product.infra("apply", id, "--yes")).code).toBe(0);
  const before = (await product.infra("state", "versions", id, "--json")).stdout;

  product.write(file, `${inventory("x".repeat(20_000))}  script: ${JSON.stringify(waiting)}\n`);
  const running = product.start(["apply", id, "--yes"]);
  await until("the script has started", () => product.has(join(work, "started")));
  const { bavail, bsize } = statfsSync(state);
  // What is left is enough for the lock's small files, not for a state.
  writeFileSync(join(state, "ballast"), Buffer.alloc((bavail - 3) * bsize));
  product.write(join(work, "go"), "");
  const ran = await running.ended;
  expect(ran.code, ran.output).toBe(1);
  expect(ran.output).toContain("ENOSPC");
  expect((await product.infra("state", "versions", id, "--json")).stdout).toBe(before);
  expect((await product.infra("state", "check")).code).toBe(0);

  rmSync(join(state, "ballast"));
  const again = await product.infra("apply", id, "--yes");
  expect(again.code, again.output).toBe(0);
  expect(again.output).toContain("recorded the state that an interrupted run had left");
  expect((await product.infra("plan", id)).code).toBe(0);
});

it.skipIf(!mountable)(
  "fault 10: nothing is changed when not even the beginning of an apply can be recorded",
  async () => {
    product.write(file, inventory("before"));
    expect((await product.infra("apply", id, "--yes")).code).toBe(0);
    const { bavail, bsize } = statfsSync(state);
    writeFileSync(join(state, "ballast"), Buffer.alloc((bavail - 3) * bsize));
    product.write(file, inventory("x".repeat(20_000)));
    const ran = await product.infra("apply", id, "--yes");
    expect(ran.code, ran.output).toBe(1);
    expect(ran.output).toContain("ENOSPC");
    expect(product.has(join(work, "errored.tfstate"))).toBe(false);
  },
);

it.skipIf(!mountable)(
  "fault 10: a store whose disk is full: the state is kept, and pushed when there is space",
  async () => {
    const disk = mkdtempSync(join(tmpdir(), "infra-disk-"));
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=48m", "infra-test", disk]);
    const [garage, consul] = await Promise.all([startGarage({ parent: disk }), startConsul()]);
    try {
      const env = { ...garage.env, TF_STATE_CONSUL: consul.addresses, TF_STATE_PATIENCE: "3" };
      const run = (...args: string[]) => product.infraWith(env, ...args);
      product.write(
        "inventory/product.yaml",
        `product: acme\nprovider: hetzner\nregion: fsn1\nallow: { provisioners: true }\nstate: { kind: s3 }\n`,
      );
      product.write(file, inventory("before"));
      const first = await run("apply", id, "--yes");
      expect(first.code, first.output).toBe(0);
      const before = (await run("state", "versions", id, "--json")).stdout;

      product.write(file, `${inventory("x".repeat(200_000))}  script: ${JSON.stringify(waiting)}\n`);
      const running = product.start(["apply", id, "--yes"], env);
      await until("the script has started", () => product.has(join(work, "started")));
      spawnSync("dd", ["if=/dev/zero", `of=${join(disk, "ballast")}`, "bs=64k"]);
      product.write(join(work, "go"), "");
      const ran = await running.ended;
      expect(ran.code, ran.output).toBe(1);
      expect(ran.output).toContain(`infra state push ${id}`);
      rmSync(join(disk, "ballast"));
      // Garage ends by itself when it can't write.
      await garage.kill();
      await garage.start();
      expect((await run("state", "versions", id, "--json")).stdout).toBe(before);
      const pushed = await run("state", "push", id);
      expect(pushed.code, pushed.output).toBe(0);
      expect((await run("plan", id)).code).toBe(0);
      expect((await run("state", "check", "--history")).code).toBe(0);
    } finally {
      await Promise.all([garage.stop(), consul.stop()]);
      spawnSync("umount", [disk]);
      rmSync(disk, { recursive: true, force: true });
    }
  },
);
