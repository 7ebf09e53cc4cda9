import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { startVault, type VaultServer } from "@infra/services";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { command, filesIn, Product } from "../../test/product.js";
import { ageKey, encrypt, type SopsTools, sopsTools, writeRules } from "../../test/sops-product.js";

let tools: SopsTools;
let vault: VaultServer;
let product: Product;

beforeAll(async () => {
  tools = await sopsTools();
});
beforeEach(async () => {
  vault = await startVault({ kind: "file" });
  product = new Product("tofu");
  const { identity, recipient } = ageKey(tools);
  writeRules(product.root, recipient);
  encrypt(tools, product.root, "acme/app", { password: "canary-app", unused: "stays" });
  const PATH = [dirname(tools.sops), process.env["PATH"]].join(delimiter);
  Object.assign(product, { env: { PATH, HOME: product.root, SOPS_AGE_KEY: identity, VAULT_ADDR: vault.address } });
  product.write(
    "inventory/production/app.yaml",
    "stack: ./stacks/values\nconfig:\n  kept: { one: secret://acme/app#password }\n",
  );
});
afterEach(async () => {
  product.remove();
  await vault.stop();
});

function infra(args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, "secrets", ...args], {
    cwd: product.root,
    env: { ...product.env, ...env },
    encoding: "utf8",
  });
  return { code: status, stdout, output: stdout + stderr };
}
const kept = (field: string) => {
  const got = infra(["get", `acme/vault#${field}`, "--reveal"], { VAULT_ADDR: "" });
  return got.stdout.trim();
};

describe("infra secrets bootstrap", () => {
  it("initialises and unseals a new Vault, keeps its keys in SOPS, and copies what the inventory names", async () => {
    const ran = infra(["bootstrap", "--shares", "3", "--threshold", "2", "--json"]);
    expect(ran.code, ran.output).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual([
      { step: "initialise", done: true, detail: "3 unseal keys and the root token are in sops at acme/vault" },
      { step: "unseal", done: true, detail: "it was sealed" },
      { step: "mount", done: true, detail: "KV version 2 at secret" },
      { step: "copy", done: true, detail: "acme/app#password" },
    ]);
    const root = kept("root_token");
    const read = await vault.ask("GET", "secret/data/acme/app", root);
    expect(read.json).toMatchObject({ data: { data: { password: "canary-app" } } });
    expect(read.json).not.toMatchObject({ data: { data: { unused: expect.anything() as string } } });
    for (const secret of [root, kept("unseal_key_1"), "canary-app"]) {
      expect(secret.length).toBeGreaterThan(8);
      expect(ran.output).not.toContain(secret);
      for (const file of filesIn(product.root)) expect(readFileSync(file).includes(secret), file).toBe(false);
    }
  });

  it("does nothing the second time, and unseals a Vault that was restarted", async () => {
    expect(infra(["bootstrap"]).code).toBe(0);
    const root = kept("root_token");
    await vault.ask("POST", "secret/data/acme/app", root, { data: { password: "newer" } });
    const again = infra(["bootstrap", "--json"]);
    expect((JSON.parse(again.stdout) as { done: boolean }[]).map(({ done }) => done)).toEqual([
      false,
      false,
      false,
      false,
    ]);
    await vault.kill();
    await vault.start();
    const restarted = infra(["bootstrap", "--json"]);
    expect((JSON.parse(restarted.stdout) as { done: boolean }[]).map(({ done }) => done)).toEqual([
      false,
      true,
      false,
      false,
    ]);
    const read = await vault.ask("GET", "secret/data/acme/app", root);
    expect(read.json).toMatchObject({ data: { data: { password: "newer" } } });
  });

  it("goes on where it stopped: initialised, and nothing more", async () => {
    expect(infra(["bootstrap"]).code).toBe(0);
    await vault.ask("DELETE", "sys/mounts/secret", kept("root_token"));
    const resumed = infra(["bootstrap", "--json"]);
    expect((JSON.parse(resumed.stdout) as { done: boolean }[]).map(({ done }) => done)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it("touches no Vault before it knows that its keys will be kept", async () => {
    const ran = infra(["bootstrap"], { SOPS_AGE_KEY: ageKey(tools).identity });
    expect(ran.code).toBe(1);
    expect(ran.output).toContain("no key at hand opens");
    expect((await vault.ask("GET", "sys/init")).json).toEqual({ initialized: false });
  });

  it("refuses a Vault whose keys somebody else has", async () => {
    await vault.ask("PUT", "sys/init", undefined, { secret_shares: 1, secret_threshold: 1 });
    const ran = infra(["bootstrap"]);
    expect(ran.code).toBe(1);
    expect(ran.output).toContain("was initialised by somebody else: its keys are not in sops at acme/vault");
    expect(filesIn(join(product.root, "secrets")).some((file) => file.includes("vault"))).toBe(false);
  });
});
