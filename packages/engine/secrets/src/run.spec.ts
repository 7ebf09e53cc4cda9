import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { freePort, startProxy, type VaultServer } from "@infra/services";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { filesWith, formsOf } from "../../test/canaries.js";
import { openTofu, passphrase, Product, until } from "../../test/product.js";
import { SecretStores } from "../../test/secret-stores.js";
import { type AclServer, startAcl } from "../../test/stand-ins/acl.js";
import { startConnect } from "../../test/stand-ins/connect.js";
import { secretVariable } from "./tiers/environment.js";

const id = "production/app";
const fields = ["a", "b", "c", "d", "e"] as const;

/** Five values that nobody else has, of every kind of letters. */
const canaries = (): Record<string, string> =>
  Object.fromEntries(
    fields.map((field) => [
      field,
      `canary/${randomBytes(9).toString("base64")}+"${field}" \${x}\nüé ${randomBytes(8).toString("hex")}`,
    ]),
  );
const inventory = (path: string, names: readonly string[] = fields): string =>
  `stack: ./stacks/values\nconfig:\n  kept:\n${names.map((name) => `    ${name}: secret://${path}#${name}\n`).join("")}`;

let tofu: string;
let stores: SecretStores;
let vault: VaultServer;
let product: Product;

beforeAll(async () => {
  [tofu, stores] = await Promise.all([openTofu(), SecretStores.start()]);
  ({ vault } = stores);
});
afterAll(() => stores.stop());

beforeEach(() => {
  product = new Product(tofu);
  const folders = { TMPDIR: join(product.root, "tmp"), HOME: join(product.root, "home") };
  for (const folder of Object.values(folders)) mkdirSync(folder);
  Object.assign(product, { env: { ...folders, PATH: stores.path, INFRA_STATE_PASSPHRASE: passphrase } });
});
afterEach(() => product.remove());

describe("runs with secrets", () => {
  it("leave none of them behind when they are killed with -9", async () => {
    const values = canaries();
    const env = await stores.inEnvironment(product, values);
    const script = `touch ${product.root}/begun; sleep 3`;
    product.write(`inventory/${id}.yaml`, `${inventory("acme/app")}  script: ${JSON.stringify(script)}\n`);
    const running = product.start(["apply", id, "--yes"], env);
    await until("the engine is at work", () => product.has("begun"));
    process.kill(running.pid, "SIGKILL");
    const { output } = await running.ended;
    const forms = Object.values(values).flatMap(formsOf);
    const look = () => {
      for (const form of forms) expect(output).not.toContain(form);
      expect(filesWith(product.root, forms)).toEqual([]);
    };
    look();
    const completed = await product.infraWith(env, "apply", id, "--yes");
    expect(completed.code, completed.output).toBe(0);
    look();
  });

  it("ask a store once for a path, however many deployments want it", async () => {
    const connect = await startConnect(["acme"]);
    connect.put("acme", "app", { a: "aaaaaaaa", b: "bbbbbbbb" });
    const proxy = await startProxy(connect.url);
    for (const name of ["one", "two", "three"])
      product.write(`inventory/production/${name}.yaml`, inventory("acme/app", ["a", "b"]));
    const env = { OP_CONNECT_HOST: proxy.url, OP_CONNECT_TOKEN: connect.token };
    const ran = await product.infraWith(env, "plan");
    expect(ran.code, ran.output).toBe(2);
    expect(proxy.requests).toEqual([
      "GET /v1/vaults",
      "GET /v1/vaults/id-acme/items",
      "GET /v1/vaults/id-acme/items/item1",
    ]);
    await proxy.stop();
    await connect.stop();
  });

  it("are offline without asking anybody, with values that are made up, and say so", async () => {
    const requests: string[] = [];
    const server = createServer((request, response) => {
      requests.push(request.url ?? "");
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const env = { VAULT_ADDR: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, VAULT_TOKEN: "t" };
    product.write(`inventory/${id}.yaml`, inventory("acme/app"));
    const applied = await product.infraWith(env, "apply", id, "--offline", "--yes");
    expect(applied.code, applied.output).toBe(0);
    expect(applied.stdout).toContain("5 secrets are made up, since the run is offline; no secret store was asked");
    expect((await product.infraWith(env, "plan", id, "--offline")).code).toBe(0);
    expect(requests).toEqual([]);
    server.close();
  });

  it("make a saved plan stale when a secret has changed since, and show neither value", async () => {
    product.write(`inventory/${id}.yaml`, inventory("acme/app", ["a"]));
    const before = await stores.inEnvironment(product, { a: "canary-before" });
    const after = await stores.inEnvironment(product, { a: "canary-after" });
    expect((await product.infraWith(before, "apply", id, "--yes")).code).toBe(0);
    const planned = await product.infraWith(after, "plan", id);
    expect(planned.code, planned.output).toBe(2);
    const stale = await product.infraWith(before, "apply", id, "--yes");
    expect(stale.code).toBe(1);
    expect(stale.stdout).toContain("a secret that it refers to has changed since");
    const applied = await product.infraWith(after, "apply", id, "--yes");
    expect(applied.code, applied.output).toBe(0);
    for (const { output } of [planned, stale, applied]) expect(output).not.toContain("canary-");
  });
});

describe("credentials of the cloud", () => {
  it("come from secrets, for the engine alone, and change no plan", async () => {
    const script = `printf %s "$HCLOUD_TOKEN" > ${product.root}/tmp/token`;
    product.write(
      `inventory/${id}.yaml`,
      `stack: ./stacks/values\ncredentials: { HCLOUD_TOKEN: secret://acme/hetzner#token }\nconfig:\n  script: ${JSON.stringify(script)}\n`,
    );
    const name = secretVariable("acme/hetzner", "token");
    const planned = await product.infraWith({ [name]: "canary-token-one" }, "plan", id);
    expect(planned.code, planned.output).toBe(2);
    const applied = await product.infraWith({ [name]: "canary-token-two" }, "apply", id, "--yes");
    expect(applied.code, applied.output).toBe(0);
    expect(product.read("tmp/token")).toBe("canary-token-two");
    expect(planned.output + applied.output).not.toContain("canary");
    expect(filesWith(product.root, ["canary-token"])).toEqual([join(product.root, "tmp/token")]);
    const offline = await product.infra("plan", id, "--offline");
    expect(offline.code, offline.output).toBe(2);
  });

  it("are refused under a name that would steer the engine", async () => {
    product.write(`inventory/${id}.yaml`, "stack: ./stacks/values\ncredentials: { TF_CLI_ARGS: secret://a#b }\n");
    const ran = await product.infra("list");
    expect(ran.code).toBe(1);
    expect(ran.output).toContain('"TF_CLI_ARGS" is not a variable that holds a credential');
  });
});

describe("faults of Vault in a run", () => {
  const env = () => ({ VAULT_ADDR: vault.address, VAULT_TOKEN: vault.rootToken });

  it("a token that may not read stops the run: the value of another tier is not taken", async () => {
    product.write(`inventory/${id}.yaml`, inventory("acme/app", ["a"]));
    const other = await stores.inEnvironment(product, { a: "not-for-this-run" });
    const ran = await product.infraWith({ ...env(), ...other, VAULT_TOKEN: "hvs.of-nobody" }, "apply", id, "--yes");
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain(
      `inventory/production/app.yaml:4:8 secret://acme/app#a is denied by vault (${vault.address}): the token is not valid, or has expired`,
    );
    expect(product.has(`state/${id}`) && filesWith(join(product.root, "state"), ["not-for"]).length > 0).toBe(false);
  });

  it("a secret that Vault does not have stops the run", async () => {
    product.write(`inventory/${id}.yaml`, inventory("acme/nowhere", ["a"]));
    const other = { [secretVariable("acme/nowhere", "a")]: "not-for-this-run" };
    const ran = await product.infraWith({ ...env(), ...other }, "plan", id);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain("secret://acme/nowhere#a is not in vault");
  });

  it("one that is not there hands over to the next tier, and the run says so", async () => {
    product.write(`inventory/${id}.yaml`, inventory("acme/app", ["a"]));
    const down = { VAULT_ADDR: `http://127.0.0.1:${String(await freePort())}`, VAULT_TOKEN: "t" };
    const ran = await product.infraWith({ ...down, ...(await stores.inSops(product, { a: "from-sops" })) }, "plan", id);
    expect(ran.code, ran.output).toBe(2);
    expect(ran.stdout).toContain("1 secret is from sops (secrets)");
    expect(ran.stdout).toContain("is unavailable: connection refused; the next secret store was asked");
  });

  it("one that goes down between two secrets hands the second over to the next tier", async () => {
    await stores.inVault(product, { a: "from-vault" });
    const proxy = await startProxy(vault.address);
    proxy.disturb({ kind: "answer", status: 503, when: (_method, url) => url.includes("late") });
    product.write(
      `inventory/${id}.yaml`,
      "stack: ./stacks/values\nconfig:\n  kept: { one: secret://acme/app#a, two: secret://acme/late#a }\n",
    );
    const late = { [secretVariable("acme/late", "a")]: "from-environment" };
    const ran = await product.infraWith({ ...env(), ...late, VAULT_ADDR: proxy.url }, "apply", id, "--yes");
    expect(ran.code, ran.output).toBe(0);
    expect(ran.stdout).toMatch(/2 secrets are from vault \(\S+\): 1, environment \(\S+\): 1/);
    await proxy.stop();
  });
});

describe("credentials that Vault makes for a run", () => {
  let acl: AclServer;
  beforeAll(async () => {
    acl = await startAcl();
    await vault.root("POST", "sys/mounts/consul", { type: "consul" });
    await vault.root("POST", "consul/config/access", { address: acl.address, token: "management", scheme: "http" });
    await vault.root("POST", "consul/roles/deploy", { consul_policies: ["deploy"], ttl: "1h" });
  });
  afterAll(() => acl.stop());

  it("are revoked at its end, in no saved plan, and in no file", async () => {
    product.write(
      `inventory/${id}.yaml`,
      "stack: ./stacks/values\nconfig:\n  kept: { one: secret://consul/creds/deploy#token }\n",
    );
    const env = { VAULT_ADDR: vault.address, VAULT_TOKEN: vault.rootToken };
    const planned = await product.infraWith(env, "plan", id);
    expect(planned.code, planned.output).toBe(2);
    expect(planned.stdout).toContain("the plan was not saved: it holds credentials that end with this run");
    expect(acl.made).toHaveLength(1);
    expect(acl.alive.size).toBe(0);
    const applied = await product.infraWith(env, "apply", id, "--yes");
    expect(applied.code, applied.output).toBe(0);
    expect(acl.made).toHaveLength(2);
    expect(acl.alive.size).toBe(0);
    expect(filesWith(product.root, acl.made)).toEqual([]);
  });
});
