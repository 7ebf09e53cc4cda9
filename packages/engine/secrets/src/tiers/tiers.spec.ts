import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { secretSettings } from "@infra/inventory";
import { freePort } from "@infra/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startConnect } from "../../../test/stand-ins/connect.js";
import { ageKey, encrypt, type SopsTools, sopsTools, writeRules } from "../../../test/sops-product.js";
import { failureOf, tierContract } from "../../../test/tier-contract.js";
import { filesIn } from "../../../test/product.js";
import { EnvironmentTier, secretVariable } from "./environment.js";
import { ConnectClient } from "./onepassword-connect.js";
import { CommandClient } from "./onepassword-cli.js";
import { OnePasswordTier } from "./onepassword.js";
import { SopsTier } from "./sops.js";
import { tiersOf } from "./tiers.js";

const standIn = join(__dirname, "../../../test/stand-ins/op.mjs");

tierContract("secrets in the environment", () => {
  const env: Record<string, string> = {};
  return Promise.resolve({
    tier: () => new EnvironmentTier(env),
    put: (path, fields) => {
      for (const [field, value] of Object.entries(fields)) env[secretVariable(path, field)] = value;
    },
  });
});

tierContract("secrets in SOPS files", async () => {
  const tools = await sopsTools();
  const root = mkdtempSync(join(tmpdir(), "sops-spec-"));
  const { identity, recipient } = ageKey(tools);
  writeRules(root, recipient);
  const other = ageKey(tools).identity;
  const PATH = process.env["PATH"] ?? "";
  const of = (key: string, command = tools.sops) =>
    new SopsTier({ root, folder: "secrets", env: { PATH, SOPS_AGE_KEY: key }, command });
  return {
    tier: () => of(identity),
    stranger: () => of(other),
    unreachable: () => of(identity, "sops-that-is-not-installed"),
    put: (path, fields) => encrypt(tools, root, path, fields),
    stop: () => rmSync(root, { recursive: true }),
  };
});

tierContract("secrets in 1Password, by the op command", () => {
  const folder = mkdtempSync(join(tmpdir(), "op-spec-"));
  const file = join(folder, "vaults.json");
  const items: { id: string; title: string; fields: { id: string; label: string; value: string }[] }[] = [];
  const of = (token: string) =>
    new OnePasswordTier(
      new CommandClient(
        { PATH: dirname(process.execPath), OP_STAND_IN: file, OP_SERVICE_ACCOUNT_TOKEN: token },
        standIn,
      ),
    );
  return Promise.resolve({
    tier: () => of("good"),
    stranger: () => of("bad"),
    unreachable: () => of("cut"),
    put: (path, fields) => {
      const list = Object.entries(fields).map(([label, value]) => ({ id: label, label, value }));
      items.push({ id: `id${String(items.length)}`, title: path.replace("acme/", ""), fields: list });
      writeFileSync(file, JSON.stringify({ acme: items }));
    },
    stop: () => rmSync(folder, { recursive: true }),
  });
});

tierContract("secrets in 1Password, by Connect", async () => {
  const server = await startConnect(["acme"]);
  const nowhere = `http://127.0.0.1:${String(await freePort())}`;
  const of = (url: string, token: string) => new OnePasswordTier(new ConnectClient(url, token));
  return {
    tier: () => of(server.url, server.token),
    stranger: () => of(server.url, "another-token"),
    unreachable: () => of(nowhere, server.token),
    put: (path, fields) => server.put("acme", path.replace("acme/", ""), fields),
    stop: () => server.stop(),
  };
});

describe("the environment tier", () => {
  it("refuses to hand the same variable to two secrets", async () => {
    const tier = new EnvironmentTier({ INFRA_SECRET_A_B_C: "x" });
    expect(await tier.read("a", ["b.c"])).toEqual({ "b.c": "x" });
    const failure = await tier.read("a/b", ["c"]).catch(failureOf);
    expect(failure).toMatchObject({
      kind: "wrong",
      reason: "INFRA_SECRET_A_B_C would be both secret://a#b.c and secret://a/b#c",
    });
  });
});

describe("the 1Password tier", () => {
  it("finds items by the whole path in the vault that product.yaml names", async () => {
    const server = await startConnect(["Infra"]);
    server.put("Infra", "acme/production/db", { password: "one" });
    const tier = new OnePasswordTier(new ConnectClient(server.url, server.token), "Infra");
    expect(await tier.read("acme/production/db")).toEqual({ password: "one" });
    server.put("Infra", "acme/production/db", { password: "two" });
    const again = new OnePasswordTier(new ConnectClient(server.url, server.token), "Infra");
    expect(await again.read("acme/production/db").catch(failureOf)).toMatchObject({ kind: "wrong" });
    await server.stop();
  });

  it("refuses a path that names no vault", async () => {
    const tier = new OnePasswordTier(new CommandClient({}, standIn));
    expect(await tier.read("alone").catch(failureOf)).toMatchObject({
      kind: "wrong",
      reason: "the path alone names no vault of 1Password",
    });
  });
});

describe("the SOPS tier", () => {
  let tools: SopsTools;
  let root: string;
  let tier: SopsTier;
  beforeAll(async () => {
    tools = await sopsTools();
    root = mkdtempSync(join(tmpdir(), "sops-spec-"));
    const { identity, recipient } = ageKey(tools);
    writeRules(root, recipient);
    tier = new SopsTier({
      root,
      folder: "secrets",
      env: { PATH: process.env["PATH"], SOPS_AGE_KEY: identity },
      command: tools.sops,
    });
    encrypt(tools, root, "db", { password: "canary-in-sops", deep: { er: "canary-deeper" }, port: 5432 });
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it("gives what is nested under its dotted path, and numbers as texts", async () => {
    expect(await tier.read("db")).toMatchObject({ "deep.er": "canary-deeper", port: "5432" });
  });

  it("never writes a value to the disk in clear", async () => {
    await tier.write("db", { password: "canary-written" });
    await tier.write("fresh", { token: "canary-fresh" });
    expect(await tier.read("fresh")).toEqual({ token: "canary-fresh" });
    const texts = filesIn(root).map((file) => readFileSync(file, "utf8"));
    for (const text of texts) expect(text).not.toContain("canary");
  });

  it("makes a new data key without changing a value", async () => {
    const before = readFileSync(join(root, "secrets/db.yaml"), "utf8");
    await tier.renewKey("secrets/db.yaml");
    expect(readFileSync(join(root, "secrets/db.yaml"), "utf8")).not.toBe(before);
    expect(await tier.read("db")).toMatchObject({ "deep.er": "canary-deeper" });
  });

  it("refuses a file that was tampered with, and one that is not encrypted", async () => {
    encrypt(tools, root, "bent", { password: "canary-bent" });
    const file = join(root, "secrets/bent.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace(/data:..../, "data:AAAA"));
    writeFileSync(join(root, "secrets/plain.yaml"), "password: canary-plain\n");
    expect(await tier.read("bent").catch(failureOf)).toMatchObject({
      kind: "wrong",
      reason: expect.stringContaining("was changed") as string,
    });
    const plain = await tier.read("plain").catch(failureOf);
    expect(plain).toMatchObject({ kind: "wrong", reason: "secrets/plain.yaml is not encrypted" });
    expect(String(plain)).not.toContain("canary");
  });
});

describe("the tiers of a product", () => {
  const namesOf = (
    env: Record<string, string>,
    settings?: Parameters<typeof tiersOf>[0]["settings"],
    managementDomain?: string,
  ) =>
    tiersOf({ root: "/nowhere", env, settings, managementDomain, hide: () => undefined }).map(
      ({ name, where }) => `${name} ${where}`,
    );

  it("are the ones that the environment or product.yaml name, and always the environment last", () => {
    expect(namesOf({})).toEqual(["environment INFRA_SECRET_<PATH>_<FIELD>"]);
    expect(
      namesOf(
        { VAULT_ADDR: "https://v:8200", OP_CONNECT_HOST: "http://c", OP_CONNECT_TOKEN: "t" },
        { sops: { folder: "s" } },
      ),
    ).toEqual(["vault https://v:8200", "1password http://c", "sops s", "environment INFRA_SECRET_<PATH>_<FIELD>"]);
    expect(namesOf({ OP_SERVICE_ACCOUNT_TOKEN: "t" })[0]).toBe("1password op command");
  });

  it("are those of product.yaml when the variables are empty", () => {
    const empty = { VAULT_ADDR: "", OP_CONNECT_HOST: "" };
    const settings = {
      ...secretSettings.parse({ vault: { address: "https://own:8200" } }),
      onePassword: { connect: "http://c" },
    };
    expect(namesOf({ ...empty, OP_CONNECT_TOKEN: "t" }, settings).slice(0, 2)).toEqual([
      "vault https://own:8200",
      "1password http://c",
    ]);
    expect(namesOf(empty, undefined, "mgmt.acme.example")[0]).toBe("vault https://vault.mgmt.acme.example:8200");
  });

  it("have the Vault of the management domain", () => {
    expect(namesOf({}, undefined, "mgmt.acme.example")[0]).toBe("vault https://vault.mgmt.acme.example:8200");
  });

  it("hide the credentials of the tiers", () => {
    const hidden: string[] = [];
    tiersOf({
      root: "/nowhere",
      env: { VAULT_TOKEN: "a-token", SOPS_AGE_KEY: "a-key" },
      hide: (value) => hidden.push(value),
    });
    expect(hidden).toEqual(["a-token", "a-key"]);
  });
});
