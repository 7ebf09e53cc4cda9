import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startVault, withoutTerminal } from "@infra/services";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { filesWith } from "../../test/canaries.js";
import { Product } from "../../test/product.js";
import { SecretStores } from "../../test/secret-stores.js";
import { InfraTerminal } from "../../test/terminal.js";

let stores: SecretStores;
let product: Product;

beforeAll(async () => {
  stores = await SecretStores.start();
});
afterAll(() => stores.stop());
beforeEach(async () => {
  product = new Product("tofu");
  const key = await stores.inSops(product, { password: "canary-before" });
  Object.assign(product, { env: { PATH: stores.path, HOME: product.root, ...key } });
  product.write("inventory/production/app.yaml", "stack: ./stacks/values\n");
});
afterEach(() => product.remove());

const valueOf = async (secret: string): Promise<string> =>
  (await product.infra("secrets", "get", secret, "--reveal")).stdout.trim();

describe.skipIf(withoutTerminal)("on a terminal, infra secrets", () => {
  it("set asks for the value, and what is typed is not seen", async () => {
    const terminal = new InfraTerminal(product, "secrets set acme/app#password");
    await terminal.sees("value of secret://acme/app#password: ");
    terminal.type("canary-typed\r");
    expect(await terminal.code, terminal.shown).toBe(0);
    expect(terminal.shown).toContain("wrote secret://acme/app#password to sops");
    expect(terminal.shown).not.toContain("canary");
    expect(await valueOf("acme/app#password")).toBe("canary-typed");
  });

  it.each([
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
  ])("set writes nothing when it is left with %s", async (_, key) => {
    const terminal = new InfraTerminal(product, "secrets set acme/app#password");
    await terminal.sees("value of secret://acme/app#password: ");
    terminal.type(key);
    expect(await terminal.code, terminal.shown).toBe(1);
    expect(terminal.shown).toContain("the value of secret://acme/app#password is empty");
    expect(await valueOf("acme/app#password")).toBe("canary-before");
  });

  it("get shows the value without --reveal", async () => {
    const terminal = new InfraTerminal(product, "secrets get acme/app#password");
    expect(await terminal.code, terminal.shown).toBe(0);
    expect(terminal.shown.trim()).toBe("canary-before");
  });

  it("edit opens the file in the editor, and leaves nothing in clear", async () => {
    const editor = join(product.root, "editor");
    writeFileSync(editor, '#!/bin/sh\ntest -t 0 && sed -i s/canary-before/canary-edited/ "$1"\n');
    chmodSync(editor, 0o755);
    const terminal = new InfraTerminal(product, "secrets edit acme/app", { EDITOR: editor, TMPDIR: product.root });
    expect(await terminal.code, terminal.shown).toBe(0);
    expect(terminal.shown).toContain("wrote secrets/acme/app.yaml");
    expect(await valueOf("acme/app#password")).toBe("canary-edited");
    expect(filesWith(product.root, ["canary-before", "canary-edited"])).toEqual([editor]);
  });

  it("bootstrap asks nothing and shows no key", async () => {
    const vault = await startVault({ kind: "file" });
    const terminal = new InfraTerminal(product, "secrets bootstrap", { VAULT_ADDR: vault.address });
    expect(await terminal.code, terminal.shown).toBe(0);
    expect(terminal.shown).toContain("5 unseal keys and the root token are in sops at acme/vault");
    const keys = await Promise.all(["root_token", "unseal_key_1"].map((field) => valueOf(`acme/vault#${field}`)));
    for (const key of keys.filter((each) => each !== "")) expect(terminal.shown).not.toContain(key);
    expect(keys[0]).toMatch(/^hvs\./);
    await vault.stop();
  });
});

it.runIf(withoutTerminal)("SKIPPED on a terminal: the program script is not installed", () => {
  expect(withoutTerminal).toBe(true);
});
