import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { FolderStore, type StateError, type StateStore } from "@infra/state";
import { RemoteState } from "@infra/state/remote";
import { filesIn, openTofu, passphrase, type Product } from "../product.js";
import { id, inventory, long, Remote } from "../remote.js";

const file = "inventory/production/up.yaml";
let remote: Remote;

beforeAll(async () => {
  remote = await Remote.start(await openTofu());
});
afterEach(() => remote.reset());
afterAll(() => remote.stop());

const settings = (kind: string) =>
  `product: acme\nprovider: hetzner\nregion: fsn1\nallow: { provisioners: true }\nstate: { kind: ${kind}, consul: {} }\n`;
const ok = async (product: Product, ...args: string[]): Promise<string> => {
  const ran = await product.infra(...args);
  expect(ran.code, ran.output).toBe(0);
  return ran.stdout;
};
const json = async <T>(product: Product, ...args: string[]): Promise<T> =>
  JSON.parse(await ok(product, ...args, "--json")) as T;
const applied = async (product: Product, value: string) => {
  product.write(file, inventory(value));
  await ok(product, "apply", id, "--yes");
};

it("moves a state from the folder to S3 and back, and no run uses the place that it left", async () => {
  const product = remote.product();
  product.write("inventory/product.yaml", settings("folder"));
  for (const value of ["one", "two"]) await applied(product, value);
  expect(product.has(join("state", id, "pointers"))).toBe(true);
  const history = await json<{ sha256: string }[]>(product, "state", "versions", id);

  expect(await ok(product, "state", "migrate", id, "--to", "s3")).toContain("all verified");
  const refused = await product.infra("apply", id, "--yes");
  expect(refused.code).toBe(1);
  expect(refused.output).toMatch(/was moved to s3:\/\/states\/acme-\S+\/production\/up/);

  product.write("inventory/product.yaml", settings("s3"));
  const moved = await json<{ sha256: string }[]>(product, "state", "versions", id);
  expect(moved.map(({ sha256 }) => sha256)).toEqual(history.map(({ sha256 }) => sha256));
  expect((await product.infra("plan", id)).code).toBe(0);
  await applied(product, "three");
  expect(await json(product, "state", "list")).toMatchObject([
    { deployment: id, place: expect.stringMatching(/^s3:/), current: { heldIn: "consul" }, lock: null },
  ]);
  expect(await json(product, "state", "show", id)).toMatchObject({ deployment: id, encrypted: true });

  expect(await ok(product, "state", "migrate", "--all", "--to", "folder")).toContain("1 of them copied now");
  product.write("inventory/product.yaml", settings("folder"));
  expect((await product.results("output", id)).results[id]?.outputs).toEqual({ items: { one: "three" } });
  await applied(product, "four");
  expect(await ok(product, "state", "check", "--history")).toMatch(/^✓ production\/up: version \d+, \d+ read/);
});

it(
  "finds in the bucket what is removed from the inventory, in any checkout, and destroys it; records follow a migration",
  { timeout: 120_000 },
  async () => {
    const product = remote.product();
    product.write("inventory/product.yaml", settings("folder"));
    await applied(product, "one");
    await ok(product, "state", "migrate", id, "--to", "s3");
    product.write("inventory/product.yaml", settings("s3"));
    expect(await ok(product, "status")).toMatch(/^production\/up +up to date +2/m);

    const other = remote.product(product);
    expect(await json(other, "list")).toMatchObject([{ id, removed: true, stack: "./stacks/values" }]);
    const status = await other.infra("status");
    expect(status.code, status.output).toBe(2);
    expect(status.stdout).toMatch(/its state is in s3:\/\/states\/acme-\S+\/production\/up$/m);
    const away = await other.infraWith({ TF_STATE_ENDPOINT: "http://127.0.0.1:9" }, "list");
    expect(away.code, away.output).toBe(0);
    expect(away.stderr).toContain("removed deployments could not be looked for: s3://states");

    expect((await other.infra("plan", "--destroy", id)).code).toBe(2);
    await ok(other, "destroy", id, "--yes");
    expect(await json(other, "list")).toEqual([]);
    expect(await ok(other, "status")).toContain("0 deployments");
    expect(await json(product, "state", "versions", id)).not.toEqual([]);
  },
);

/** Requests that change something, at which a migration is killed, in the order in which they come. `lost`: it is not carried out. */
const kills = [
  ["PUT", "/versions/", "lost"],
  ["PUT", "/versions/", "carried out"],
  ["PUT", "/txn", "lost"],
  ["PUT", "/txn", "carried out"],
  ["PUT", "/pointers/0", "carried out"],
  ["PUT", "/applied/", "lost"],
  ["PUT", "/applied/", "carried out"],
  ["DELETE", "/pointers/moved", "lost"],
  ["DELETE", "/pointers/moved", "carried out"],
] as const;
const killed = kills.filter((_, index) => long || index % 2 === 1);

it(
  "fault 11: a migration that is killed leaves one place to write to at most, and goes on",
  { timeout: 480_000 },
  async () => {
    const product = remote.product();
    product.write("inventory/product.yaml", settings("folder"));
    for (const value of ["one", "two", "three"]) await applied(product, value);
    const history = await json<{ serial: number; sha256: string }[]>(product, "state", "versions", id);
    const { s3Settings } = await import("@infra/state");
    const bucket = new RemoteState(s3Settings({ kind: "s3", consul: {} }, "acme", product.env));
    const folder = (options = {}) => new FolderStore(join(product.root, "state", id), id, options);
    const isOpen = (store: StateStore) =>
      store.current().then(
        (current) => current !== undefined,
        (error: StateError) => {
          expect(error.code).toBe("moved");
          return false;
        },
      );
    for (const [method, part, fate] of killed) {
      const running = product.start(["state", "migrate", id, "--to", "s3"]);
      let hit = false;
      const when = (asked: string, path: string) => {
        if (hit || asked !== method || !path.includes(part)) return false;
        return (hit = process.kill(running.pid, "SIGKILL"));
      };
      const proxies = [remote.storeProxy, remote.lockProxy];
      for (const proxy of proxies) proxy.disturb({ kind: fate === "lost" ? "answer" : "drop", when });
      const ran = await running.ended;
      const point = `${method} ${part}, ${fate}`;
      expect({ hit, code: ran.code }, `${point}: ${ran.output}`).toEqual({ hit: true, code: -1 });
      await Promise.all(proxies.map((proxy) => proxy.mend()));

      const open = [await isOpen(folder()), await isOpen(bucket.store(id))];
      expect(open.filter(Boolean).length, point).toBeLessThanOrEqual(1);
      const stored = await Promise.all([folder({ moved: true }).read(), bucket.store(id, { moved: true }).read()]);
      expect(stored[open[0] ? 0 : 1]?.pointer, point).toMatchObject({
        serial: history[0]?.serial,
        sha256: history[0]?.sha256,
      });
    }
    bucket.close();
    await ok(product, "state", "migrate", id, "--to", "s3");
    expect((await product.infra("apply", id, "--yes")).output).toContain("was moved to s3://");
    product.write("inventory/product.yaml", settings("s3"));
    expect(await json(product, "state", "versions", id)).toHaveLength(history.length);
    await ok(product, "state", "check", "--history");
    expect((await product.infra("plan", id)).code).toBe(0);
  },
);

it("says in a note what could not be removed of old versions", async () => {
  const product = remote.product();
  product.write("inventory/product.yaml", settings("folder, keep: { versions: 1 }"));
  for (const value of ["one", "two"]) await applied(product, value);
  const [first = ""] = filesIn(join(product.root, "state", id, "pointers"));
  // A version is kept for an hour, whatever else is said.
  writeFileSync(first, readFileSync(first, "utf8").replace(/"written": "20/, '"written": "19'));
  const [record = ""] = filesIn(join(product.root, "state", id, "applied")).filter((file) => /00000001-/.test(file));
  writeFileSync(record, "{}");
  product.write(file, inventory("three"));
  const { code, results, output } = await product.results("apply", id, "--yes");
  expect(code, output).toBe(0);
  expect(results[id]?.notes.join()).toContain(`${basename(record)} can't be read`);
  expect(await json<unknown[]>(product, "state", "versions", id)).toHaveLength(2);
});

it("refuses to migrate offline, where the real state would move to the emulated cloud", async () => {
  const product = remote.product();
  await applied(product, "one");
  for (const [env, ...more] of [[{}, "--offline"], [{ INFRA_OFFLINE: "1" }]] as const) {
    const refused = await product.infraWith(env, "state", "migrate", id, "--to", "folder", ...more);
    expect(refused.code, refused.output).toBe(1);
    expect(refused.output).toContain("offline states stay where they are");
  }
  expect(product.has(join(".infra", "offline"))).toBe(false);
  expect((await product.infra("plan", id)).code).toBe(0);
});

it("refuses to write to a bucket that overwrites when no Consul is named, and still plans", async () => {
  const product = remote.product();
  const env = { TF_STATE_CONSUL: "" };
  product.write("inventory/product.yaml", settings("s3").replace(", consul: {}", ""));
  product.write(file, inventory("one"));
  const refused = await product.infraWith(env, "apply", id, "--yes");
  expect(refused.code, refused.output).toBe(1);
  expect(refused.output).toContain('overwrites objects in spite of "If-None-Match: *"');
  expect(refused.output).toContain("Name a Consul in the inventory");
  const planned = await product.infraWith(env, "plan", id);
  expect(planned.code, planned.output).toBe(2);
  expect(planned.output).toContain("looked at without a lock");
});

it("encrypts what it keeps for the age recipient, and only its identity brings it back", async () => {
  const { generateIdentity, identityToRecipient } = await import("age-encryption");
  const identity = await generateIdentity();
  const product = remote.product();
  await applied(product, "one");
  const env = { INFRA_AGE_RECIPIENT: await identityToRecipient(identity) };
  remote.lockProxy.disturb({ kind: "answer", status: 500, when: (_, path) => path.endsWith("/txn") });
  product.write(file, inventory("two"));
  const ran = await product.infraWith(env, "apply", id, "--yes");
  expect(ran.code, ran.output).toBe(1);
  await remote.lockProxy.mend();
  const kept = product.read(join(".infra", "real", id, "kept.tfstate"));
  expect(JSON.parse(kept.split("\n")[0]!)).toMatchObject({ deployment: id, encryption: "age" });
  expect(kept).not.toContain(passphrase);
  const without = await product.infra("state", "push", id);
  expect(without.output).toContain("INFRA_AGE_IDENTITY is not set");
  const pushed = await product.infraWith({ INFRA_AGE_IDENTITY: identity }, "state", "push", id);
  expect(pushed.code, pushed.output).toBe(0);
  expect((await product.results("output", id)).results[id]?.outputs).toEqual({ items: { one: "two" } });
});

it("has help for every command", async () => {
  const product = remote.product();
  const help = await ok(product, "state", "--help");
  for (const name of ["list", "versions", "show", "restore", "unlock", "push", "migrate", "check", "rekey", "policy"]) {
    expect(help).toContain(name);
    expect(await ok(product, "state", name, "--help")).toContain("--json");
  }
});
