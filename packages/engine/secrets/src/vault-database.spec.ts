import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type PostgresServer, startPostgres, startVault, type VaultServer } from "@infra/services";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { filesWith } from "../../test/canaries.js";
import { openTofu, passphrase, Product, until } from "../../test/product.js";

const id = "production/app";

let tofu: string;
let postgres: PostgresServer;
let vault: VaultServer;
let product: Product;

beforeAll(async () => {
  [tofu, postgres, vault] = await Promise.all([openTofu(), startPostgres(), startVault()]);
  await vault.root("POST", "sys/mounts/database", { type: "database" });
  await vault.root("POST", "database/config/app", {
    plugin_name: "postgresql-database-plugin",
    connection_url: `postgresql://{{username}}:{{password}}@${postgres.address}/postgres?sslmode=disable`,
    allowed_roles: "*",
    ...postgres.admin,
  });
});
afterAll(() => Promise.all([vault.stop(), postgres.stop()]));

beforeEach(() => {
  product = new Product(tofu, {
    INFRA_STATE_PASSPHRASE: passphrase,
    VAULT_ADDR: vault.address,
    VAULT_TOKEN: vault.rootToken,
  });
});
afterEach(() => product.remove());

/** Writes a role of Vault's database engine. @returns the path of its credentials */
const role = async (name: string, ttl: string): Promise<string> => {
  const statement = `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`;
  await vault.root("POST", `database/roles/${name}`, {
    db_name: "app",
    creation_statements: [statement],
    default_ttl: ttl,
    max_ttl: "1h",
  });
  return `database/creds/${name}`;
};

/** A deployment whose engine writes down the credentials that it gets, and works until `done` is there, or the product is removed. */
const deploy = (path: string): void => {
  const script = [
    `cd ${product.root}`,
    'echo "$PGUSER $PGPASSWORD" > login.part',
    "mv login.part login",
    "until [ -e done ] || ! [ -e login ]; do sleep 0.1; done",
  ].join("; ");
  const credentials = `{ PGUSER: secret://${path}#username, PGPASSWORD: secret://${path}#password }`;
  product.write(
    `inventory/${id}.yaml`,
    `stack: ./stacks/values\ncredentials: ${credentials}\nconfig:\n  script: ${JSON.stringify(script)}\n`,
  );
};

/** What the run was given, once its engine is at work. */
const givenLogin = async () => {
  await until("the engine is at work", () => product.has("login"));
  const [username = "", password = ""] = product.read("login").trim().split(" ");
  return { username, password };
};

/** The users of the database that Vault has made for a role, which their names hold, and until when they may log in. */
const usersOf = async (name: string) => {
  const sql = "select rolname, rolvaliduntil from pg_roles where rolname like $1";
  const rows = await postgres.ask(postgres.admin, sql, [`v-%-${name}-%`]);
  return rows.map(({ rolname, rolvaliduntil }) => ({ username: rolname, end: Number(rolvaliduntil) }));
};

it("a database user is made for a run, with a lease that is renewed while the run lasts, and is gone after it", async () => {
  const path = await role("app", "9s");
  deploy(path);
  const running = product.start(["apply", id, "--yes"]);
  const login = await givenLogin();
  const made = await usersOf("app");
  expect(made).toEqual([{ username: login.username, end: expect.any(Number) as number }]);
  await until("the user may log in for longer", async () => {
    await sleep(100);
    const now = await usersOf("app");
    expect(now, "the user is gone").toHaveLength(1);
    return now.every(({ end }, index) => end > (made[index]?.end ?? Infinity));
  });
  expect(await postgres.ask(login, "select current_user")).toEqual([{ current_user: login.username }]);
  product.write("done", "");
  const { code, output } = await running.ended;
  expect(code, output).toBe(0);
  expect(await usersOf("app")).toEqual([]);
  await expect(postgres.ask(login, "select 1")).rejects.toThrow(/password authentication failed/);
  expect(output).not.toContain(login.password);
  expect(filesWith(product.root, [login.password])).toEqual([join(product.root, "login")]);
});

it("a database that keeps the user, since it owns something, is said at the end of the run", async () => {
  const path = await role("owner", "1h");
  await postgres.ask(postgres.admin, "grant create on schema public to public");
  deploy(path);
  const running = product.start(["apply", id, "--yes"]);
  const login = await givenLogin();
  await postgres.ask(login, "create table kept ()");
  product.write("done", "");
  const { code, output } = await running.ended;
  expect(code, output).toBe(0);
  expect(output).toContain(`the credentials of ${path}/`);
  expect(output).toMatch(/were not revoked and end by themselves: .*some objects depend on it/);
  expect(await usersOf("owner")).toEqual([expect.objectContaining({ username: login.username })]);
});
