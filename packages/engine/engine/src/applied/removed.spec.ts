import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { openTofu, passphrase, Product } from "../../../test/product.js";
import { goPlatform } from "@infra/opentofu";
import { FolderStore } from "@infra/state";

const old = "production/old";
const file = "inventory/production/old.yaml";
const net = "stack: ./stacks/net\nconfig:\n  networks:\n    one: { cidr: 10.0.0.0/16, subnets: 1 }\n";
const failing = { INFRA_FAULTS: JSON.stringify([{ type: "hcloud_network", operation: "delete", error: "busy" }]) };

vi.setConfig({ testTimeout: 240_000 });

let tofu: string;
let product: Product;

beforeAll(async () => {
  tofu = await openTofu();
});

beforeEach(() => {
  product = new Product(tofu);
  product.write("inventory/production/kept.yaml", net);
  product.write(file, net);
});

afterEach(() => {
  product.remove();
});

const remove = (...paths: string[]): void => {
  for (const path of paths) rmSync(join(product.root, path), { recursive: true });
};

const applyAndRemove = async (env: Record<string, string> = {}): Promise<void> => {
  const applied = await product.infraWith(env, "apply", "--all", "--offline", "--yes");
  expect(applied.code, applied.output).toBe(0);
  remove(file);
};

const listed = async (): Promise<{ id: string; removed: boolean }[]> =>
  JSON.parse((await product.infra("list", "--offline", "--json")).stdout) as { id: string; removed: boolean }[];

it("shows a deployment whose file is gone in list and status, until a destroy has emptied its state", async () => {
  expect((await listed()).map(({ id, removed }) => [id, removed])).toEqual([
    ["production/kept", false],
    [old, false],
  ]);
  await applyAndRemove();
  expect(await listed()).toEqual([
    expect.objectContaining({ id: "production/kept", removed: false }),
    expect.objectContaining({ id: old, removed: true, stack: "./stacks/net", provider: "hetzner", region: "fsn1" }),
  ]);
  expect((await product.infra("list", "--offline")).stdout).toMatch(/^production\/old .*\(removed from the inventory/m);
  const status = await product.infra("status", "--offline");
  expect(status.code).toBe(2);
  expect(status.stdout).toMatch(/^production\/old +removed from the inventory +2/m);
  expect(status.stdout).toContain(`What a removal deletes: infra plan --destroy ${old}`);

  expect((await product.infra("plan", "--destroy", old, "--offline")).code).toBe(2);
  expect((await product.infra("state", "versions", old, "--offline")).stdout).toMatch(/^\* +\d+ +serial/);
  const destroyed = await product.infra("destroy", old, "--offline", "--yes");
  expect(destroyed.code, destroyed.output).toBe(0);
  expect(product.cloud(old)).toEqual([]);
  expect(product.cloud("production/kept")).toHaveLength(2);
  expect((await listed()).map(({ id }) => id)).toEqual(["production/kept"]);
  expect((await product.infra("status", "--offline")).code).toBe(0);
  expect(product.states(old).at(-1)).toEqual({});
  expect(product.states(old).length).toBeGreaterThan(1);
});

it("destroys it by a plan that was looked at, which holds every resource, and not with --yes alone", async () => {
  await applyAndRemove();
  const refused = await product.infra("destroy", old, "--offline", "--yes");
  expect(refused.code).toBe(1);
  expect(refused.stdout).toContain(
    `${old} is no longer in the inventory: it is destroyed by a plan that somebody has looked at. Make the plan and look at it: infra plan --destroy ${old} --offline`,
  );
  expect(product.cloud(old)).toHaveLength(2);
  const planned = await product.results("plan", "--destroy", old, "--offline");
  expect(planned.results[old]).toMatchObject({ status: "changed", counts: { delete: 2, create: 0 } });
  expect(planned.results[old]?.changes.map(({ place }) => place)).toEqual([undefined, undefined]);
});

it("finds every deployment of an environment that was removed as a whole", async () => {
  product.write("inventory/staging/environment.yaml", "region: nbg1\n");
  product.write("inventory/staging/one.yaml", net);
  product.write("inventory/staging/two.yaml", net);
  await applyAndRemove();
  remove("inventory/staging");
  const gone = (await listed()).filter(({ removed }) => removed);
  expect(gone.map(({ id }) => id)).toEqual([old, "staging/one", "staging/two"]);
  const ids = gone.map(({ id }) => id);
  expect((await product.results("plan", "--destroy", ...ids, "--offline")).code).toBe(2);
  const destroyed = await product.infra("destroy", ...ids, "--offline", "--yes");
  expect(destroyed.code, destroyed.output).toBe(0);
  expect((await product.infra("status", "--offline")).code).toBe(0);
});

it("needs nothing that the deployment was made with but the record: not its stack, nor its settings", async () => {
  await applyAndRemove();
  remove("stacks/net");
  product.write("inventory/product.yaml", "product: acme\nprovider: aws\nregion: eu-central-1\n");
  product.write("inventory/production/kept.yaml", "stack: ./stacks/values\n");
  expect((await product.infra("plan", "--destroy", old, "--offline")).code).toBe(2);
  const destroyed = await product.infra("destroy", old, "--offline", "--yes");
  expect(destroyed.code, destroyed.output).toBe(0);
  expect(product.cloud(old)).toEqual([]);
});

it("is held by the protection that it was applied with", async () => {
  const stack = "stacks/net/index.js";
  const protect = "lifecycle: { preventDestroy: true }, name: resourceName";
  product.write(stack, product.read(stack).replace("name: resourceName", protect));
  await applyAndRemove();
  const refused = await product.infra("plan", "--destroy", old, "--offline");
  expect(refused.code, refused.output).toBe(1);
  expect(refused.stdout).toContain("prevent_destroy");
  expect(refused.stdout).toContain(`restore ${file} from git, take the protection away`);
});

it("also takes away what an apply that failed halfway left behind", async () => {
  const broken = {
    INFRA_FAULTS: JSON.stringify([{ type: "hcloud_network_subnet", operation: "create", error: "no" }]),
  };
  expect((await product.infraWith(broken, "apply", old, "--offline", "--yes")).code).toBe(1);
  remove(file);
  const status = await product.infra("status", old, "--offline");
  expect(status.stdout).toMatch(/its state is in \S+, the last apply failed/);
  await product.infra("plan", "--destroy", old, "--offline");
  const destroyed = await product.infra("destroy", old, "--offline", "--yes");
  expect(destroyed.code, destroyed.output).toBe(0);
  expect(product.cloud(old)).toEqual([]);
});

it("goes on where a destroy failed, and stays in sight until then", async () => {
  await applyAndRemove();
  await product.infra("plan", "--destroy", old, "--offline");
  expect((await product.infraWith(failing, "destroy", old, "--offline", "--yes")).code).toBe(1);
  expect((await product.infra("status", old, "--offline")).stdout).toContain("the last destroy failed");
  expect((await product.results("plan", "--destroy", old, "--offline")).results[old]?.counts.delete).toBe(1);
  const destroyed = await product.infra("destroy", old, "--offline", "--yes");
  expect(destroyed.code, destroyed.output).toBe(0);
  expect((await listed()).map(({ id }) => id)).toEqual(["production/kept"]);
});

it("refuses everything but the removal, and says how", async () => {
  await applyAndRemove();
  for (const verb of ["plan", "apply", "drift"]) {
    const ran = await product.infra(verb, old, "--offline");
    expect(ran.code).toBe(1);
    expect(ran.stderr).toBe(
      `${old} is no longer in the inventory, but it has a state. Look at what its removal deletes: infra plan --destroy ${old}; or restore its file from git\n`,
    );
  }
  const all = await product.infra("plan", "--destroy", "--offline");
  expect(all.stderr).toContain("needs to know which deployments");
});

/** OpenTofu that says that it is 1.9.9. @returns its folder */
const otherTofu = (): string => {
  const version = `'${tofu}' "$@" | sed 's/"terraform_version": *"[^"]*"/"terraform_version":"1.9.9"/'`;
  const script = `#!/bin/sh\ncase "$1" in version) ${version};; *) exec '${tofu}' "$@";; esac\n`;
  product.write("other/tofu", script);
  chmodSync(join(product.root, "other/tofu"), 0o755);
  return join(product.root, "other");
};

/** A mirror with a release of OpenTofu. */
const startMirror = async (folder: string): Promise<{ url: string; stop: () => void }> => {
  const tar = execFileSync("tar", ["-czf", "-", "-C", folder, "tofu"]);
  const { os = "", arch = "" } = goPlatform() ?? {};
  const sums = `${createHash("sha256").update(tar).digest("hex")}  tofu_1.9.9_${os}_${arch}.tar.gz\n`;
  const server = createServer((request, response) => {
    response.end(request.url === "/v1.9.9/tofu_1.9.9_SHA256SUMS" ? sums : tar);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, stop: () => server.close() };
};

it("destroys with the engine that applied it, installed if need be, and with no other one", async () => {
  const other = otherTofu();
  await applyAndRemove({ INFRA_ENGINE: join(other, "tofu") });
  const refused = await product.infra("plan", "--destroy", old, "--offline");
  expect(refused.code, refused.output).toBe(1);
  expect(refused.stdout).toContain(
    `${old} was applied with tofu 1.9.9, which is what may destroy it, and INFRA_ENGINE is tofu `,
  );
  expect(refused.stdout).toContain(`or restore ${file} from git`);
  const onPath = {
    INFRA_ENGINE: "",
    INFRA_ENGINE_MIRROR: "http://127.0.0.1:9",
    INFRA_CACHE: join(product.root, "cache"),
    PATH: `${join(tofu, "..")}:/usr/bin:/bin`,
  };
  const missing = await product.infraWith(onPath, "plan", "--destroy", old, "--offline");
  expect(missing.stdout).toContain("it can't be installed: http://127.0.0.1:9/v1.9.9/");

  const mirror = await startMirror(other);
  const installing = { ...onPath, INFRA_ENGINE_MIRROR: mirror.url };
  const planned = await product.infraWith(installing, "plan", "--destroy", old, "--offline");
  mirror.stop();
  expect(planned.code, planned.output).toBe(2);
  expect(planned.stderr).toContain("OpenTofu 1.9.9 installed");
  const destroyed = await product.infraWith(onPath, "destroy", old, "--offline", "--yes");
  expect(destroyed.code, destroyed.output).toBe(0);
});

it("refuses to destroy with other providers than those that applied it", async () => {
  const real = { INFRA_STATE_PASSPHRASE: passphrase, HCLOUD_TOKEN: "x".repeat(64) };
  product.write("inventory/production/old.yaml", "stack: ./stacks/values\nconfig:\n  items: { one: hello }\n");
  expect((await product.infraWith(real, "apply", old, "--yes")).code).toBe(0);
  remove(file);
  const store = new FolderStore(join(product.root, "state", old), old);
  const record = (await store.applied.last())!;
  const applied = await store.applied.configurationOf(record);
  const source = "nowhere.invalid/nobody/nothing";
  const allow = `allow: { providers: ["${source}"] }`;
  product.write("inventory/product.yaml", `product: acme\nprovider: hetzner\nregion: fsn1\n${allow}\n`);
  const lockFile = `provider "${source}" {\n  version = "9.9.9"\n}\n`;
  const terraform = { required_providers: { nothing: { source } }, backend: { http: {} } };
  const configuration = { ...applied.configuration, terraform };
  await store.applied.add(
    { ...record, providers: { [source]: "9.9.9" } },
    { ...applied, configuration, lockFile },
    { token: "", stillHeld: () => Promise.resolve(true) },
  );
  const refused = await product.infraWith(real, "plan", "--destroy", old);
  expect(refused.code, refused.output).toBe(1);
  expect(refused.stdout).toContain(
    `${old} was applied with ${source} 9.9.9, which is what may destroy it. Make that version installable`,
  );
});

it("resolves the secrets that it was applied with as any run does", async () => {
  const env = { INFRA_STATE_PASSPHRASE: passphrase };
  const secrets = {
    ...env,
    INFRA_SECRET_ACME_OLD_KEY: "first-value-of-the-key",
    INFRA_SECRET_ACME_CLOUD_TOKEN: "token-of-the-cloud",
  };
  product.write(
    file,
    "stack: ./stacks/values\ncredentials: { HCLOUD_TOKEN: secret://acme/cloud#token }\nconfig:\n  kept: { one: secret://acme/old#key }\n",
  );
  expect((await product.infraWith(secrets, "apply", old, "--yes")).code).toBe(0);
  remove(file);
  const without = await product.infraWith(env, "plan", "--destroy", old);
  expect(without.code).toBe(1);
  expect(without.stdout).toContain("secret://acme/old#key");
  expect(without.stdout).toContain("secret://acme/cloud#token");
  expect((await product.infraWith(secrets, "plan", "--destroy", old)).code).toBe(2);
  const destroyed = await product.infraWith(secrets, "destroy", old, "--yes");
  expect(destroyed.code, destroyed.output).toBe(0);
  expect(JSON.parse((await product.infra("list", "--json")).stdout)).toHaveLength(1);
});

it("destroys deployments that refer to each other in reverse order, and never the first of them alone", async () => {
  product.write("inventory/production/up.yaml", "stack: ./stacks/values\nconfig:\n  items: { one: hello }\n");
  product.write(
    "inventory/production/down.yaml",
    "stack: ./stacks/values\nconfig:\n  items: { two: { output: up.items.one } }\n",
  );
  await applyAndRemove();
  remove("inventory/production/up.yaml");
  expect((await product.infra("status", "--offline")).stderr).toContain(
    '"up.items.one" refers to production/up, which is not in the inventory',
  );
  remove("inventory/production/down.yaml");
  const alone = await product.infra("plan", "--destroy", "production/up", "--offline");
  expect(alone.code).toBe(1);
  expect(alone.stderr).toContain(
    "production/down, which is no longer in the inventory either, refers to production/up. Remove it first, or both at once: infra plan --destroy production/down production/up",
  );
  const both = ["production/down", "production/up"];
  expect((await product.results("plan", "--destroy", ...both, "--offline")).code).toBe(2);
  const destroyed = await product.results("destroy", ...both, "--offline", "--yes");
  expect(destroyed.code, destroyed.output).toBe(0);
});

it("says of a state without a record that its file is needed to destroy it", async () => {
  await applyAndRemove();
  remove(join(product.work(old), "state/applied"));
  expect((await listed()).at(-1)).toMatchObject({ id: old, removed: true, stack: "-" });
  const ran = await product.infra("plan", "--destroy", old, "--offline");
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain(`there is no record of how it was applied. Restore ${file} from git`);
});

it("plans the removal of a deployment that is still in the inventory, and destroy applies that plan", async () => {
  await product.infra("apply", old, "--offline", "--yes");
  const planned = await product.results("plan", "--destroy", old, "--offline");
  expect(planned.results[old]).toMatchObject({ status: "changed", counts: { delete: 2 } });
  product.write(file, net.replace("10.0.0.0", "10.5.0.0"));
  const stale = await product.infra("destroy", old, "--offline", "--yes");
  expect(stale.stdout).toContain(`is stale: its inventory`);
  expect(stale.stdout).toContain(`infra plan --destroy ${old} --offline`);
  product.write(file, net);
  const destroyed = await product.infra("destroy", old, "--offline", "--yes");
  expect(destroyed.code, destroyed.output).toBe(0);
  expect(product.cloud(old)).toEqual([]);
});
