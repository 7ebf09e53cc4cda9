import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { startVault, type VaultServer } from "@infra/services";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { command, filesIn, Product } from "../../test/product.js";
import { ageKey, encrypt, type SopsTools, sopsTools, writeRules } from "../../test/sops-product.js";

let tools: SopsTools;
let vault: VaultServer;
let product: Product;
/** What 1Password keeps is no file of a product. */
let folder: string;

beforeAll(async () => {
  tools = await sopsTools();
  folder = mkdtempSync(join(tmpdir(), "infra-bootstrap-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
afterEach(async () => {
  product.remove();
  await vault.stop();
});

const kept = { app: { password: "canary-app", unused: "stays" }, cloud: { token: "canary-cloud" } };

/** A product whose inventory names a secret and a credential, which a keeper has. */
async function begin(keeper: "sops" | "1password"): Promise<void> {
  vault = await startVault({ kind: "file" });
  product = new Product("tofu");
  product.write(
    "inventory/product.yaml",
    "product: acme\nprovider: hetzner\nregion: fsn1\ncredentials: { HCLOUD_TOKEN: secret://acme/cloud#token }\n",
  );
  product.write(
    "inventory/production/app.yaml",
    "stack: ./stacks/values\nconfig:\n  kept: { one: secret://acme/app#password }\n",
  );
  const own = keeper === "sops" ? inSops() : inOnePassword();
  Object.assign(product, { env: { HOME: product.root, VAULT_ADDR: vault.address, ...own } });
}

function inSops(): Record<string, string> {
  const { identity, recipient } = ageKey(tools);
  writeRules(product.root, recipient);
  for (const [name, fields] of Object.entries(kept)) encrypt(tools, product.root, `acme/${name}`, fields);
  return { PATH: [dirname(tools.sops), process.env["PATH"]].join(delimiter), SOPS_AGE_KEY: identity };
}

function inOnePassword(): Record<string, string> {
  copyFileSync(join(__dirname, "../../test/stand-ins/op.mjs"), join(folder, "op"));
  chmodSync(join(folder, "op"), 0o755);
  const items = Object.entries(kept).map(([title, values]) => ({
    id: title,
    title,
    fields: Object.entries(values).map(([label, value]) => ({ id: label, label, value })),
  }));
  writeFileSync(join(folder, "store.json"), JSON.stringify({ acme: items }));
  const PATH = [folder, process.env["PATH"]].join(delimiter);
  return { PATH, OP_STAND_IN: join(folder, "store.json"), OP_SERVICE_ACCOUNT_TOKEN: "good" };
}

function infra(args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, "secrets", ...args], {
    cwd: product.root,
    env: { ...product.env, ...env },
    encoding: "utf8",
  });
  return { code: status, stdout, output: stdout + stderr };
}
const keptKey = (field: string) => {
  const got = infra(["get", `acme/vault#${field}`, "--reveal"], { VAULT_ADDR: "" });
  return got.stdout.trim();
};

const stepsDone = ({ stdout }: { stdout: string }): boolean[] =>
  (JSON.parse(stdout) as { done: boolean }[]).map(({ done }) => done);

/** Bootstraps through a server before Vault, and kills the command with -9 at one request: before it, or before its answer. */
async function killedAt(method: string, path: string, when: "before" | "after" = "before"): Promise<void> {
  let kill = (): void => undefined;
  const server = createServer((request, response) => {
    const isIt = request.method === method && request.url === path;
    if (isIt && when === "before") return kill();
    const { method: asked = "GET", url = "", headers } = request;
    const onward = forward(new URL(url, vault.address), { method: asked, headers }, (answer) => {
      if (isIt) return kill();
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const running = product.start(["secrets", "bootstrap"], { VAULT_ADDR: `http://127.0.0.1:${String(port)}` });
  kill = () => void process.kill(running.pid, "SIGKILL");
  const ran = await running.ended;
  server.closeAllConnections();
  server.close();
  expect(ran.code, ran.output).toBe(-1);
}

describe.each(["sops", "1password"] as const)(
  "infra secrets bootstrap, with keys in %s,",
  { timeout: 300_000 },
  (keeper) => {
    beforeEach(() => begin(keeper));

    it("initialises and unseals a new Vault, keeps its keys, and copies what the inventory names", async () => {
      const ran = infra(["bootstrap", "--shares", "3", "--threshold", "2", "--json"]);
      expect(ran.code, ran.output).toBe(0);
      expect(JSON.parse(ran.stdout)).toEqual([
        { step: "initialise", done: true, detail: `3 unseal keys and the root token are in ${keeper} at acme/vault` },
        { step: "unseal", done: true, detail: "it was sealed" },
        { step: "mount", done: true, detail: "KV version 2 at secret" },
        { step: "copy", done: true, detail: "acme/app#password, acme/cloud#token" },
      ]);
      const root = keptKey("root_token");
      const read = await vault.ask("GET", "secret/data/acme/app", root);
      expect(read.json).toMatchObject({ data: { data: { password: "canary-app" } } });
      expect(read.json).not.toMatchObject({ data: { data: { unused: expect.anything() as string } } });
      const cloud = await vault.ask("GET", "secret/data/acme/cloud", root);
      expect(cloud.json).toMatchObject({ data: { data: { token: "canary-cloud" } } });
      for (const secret of [root, keptKey("unseal_key_1"), "canary-app", "canary-cloud"]) {
        expect(secret.length).toBeGreaterThan(8);
        expect(ran.output).not.toContain(secret);
        for (const file of filesIn(product.root)) expect(readFileSync(file).includes(secret), file).toBe(false);
      }
    });

    it("goes on where it was killed, between any two steps", async () => {
      await killedAt("PUT", "/v1/sys/init");
      await killedAt("PUT", "/v1/sys/unseal");
      await killedAt("POST", "/v1/sys/mounts/secret");
      await killedAt("POST", "/v1/secret/data/acme/app");
      await killedAt("POST", "/v1/secret/data/acme/cloud");
      const resumed = infra(["bootstrap", "--json"]);
      expect(resumed.code, resumed.output).toBe(0);
      expect(stepsDone(resumed)).toEqual([false, false, false, true]);
      const root = keptKey("root_token");
      for (const [name, value] of [
        ["app", { password: "canary-app" }],
        ["cloud", { token: "canary-cloud" }],
      ] as const)
        expect((await vault.ask("GET", `secret/data/acme/${name}`, root)).json).toMatchObject({
          data: { data: value },
        });
      expect(stepsDone(infra(["bootstrap", "--json"]))).toEqual([false, false, false, false]);
    });

    it("says so when it was killed before the keys of Vault were kept: nobody has them", async () => {
      await killedAt("PUT", "/v1/sys/init", "after");
      const ran = infra(["bootstrap"]);
      expect(ran.code).toBe(1);
      expect(ran.output).toMatch(/the bootstrap of \S+ ended before the keys of Vault were kept/);
      expect(ran.output).toContain("empty its storage");
    });
  },
);

describe("infra secrets bootstrap", () => {
  beforeEach(() => begin("sops"));

  it("does nothing the second time, and unseals a Vault that was restarted", async () => {
    expect(infra(["bootstrap"]).code).toBe(0);
    const root = keptKey("root_token");
    await vault.ask("POST", "secret/data/acme/app", root, { data: { password: "newer" } });
    const again = infra(["bootstrap", "--json"]);
    expect(stepsDone(again)).toEqual([false, false, false, false]);
    await vault.kill();
    await vault.start();
    const restarted = infra(["bootstrap", "--json"]);
    expect(stepsDone(restarted)).toEqual([false, true, false, false]);
    const read = await vault.ask("GET", "secret/data/acme/app", root);
    expect(read.json).toMatchObject({ data: { data: { password: "newer" } } });
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
