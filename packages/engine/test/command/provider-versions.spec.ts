import { chmodSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { listProviders } from "@infra/engine";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openTofu, Product } from "../product.js";

const id = "production/net";
const lockFile = "inventory/production/net.lock.hcl";
const source = "registry.opentofu.org/hetznercloud/hcloud";

let product: Product;
let registry: Server | undefined;

beforeEach(async () => {
  product = new Product(await openTofu());
  product.write(`inventory/${id}.yaml`, "stack: ./stacks/net\nconfig: { networks: {} }\n");
  mirror("1.57.0");
});
afterEach(() => {
  product.remove();
  registry?.close();
  registry = undefined;
});

/** Puts a version into a mirror of providers, which the engine takes instead of the registry. */
function mirror(version: string): void {
  const { platform, arch } = process;
  const folder = `mirror/${source}/${version}/${platform}_${arch === "x64" ? "amd64" : arch}`;
  const file = `${folder}/terraform-provider-hcloud_v${version}`;
  product.write(file, `#!/bin/sh\n# ${version}\n`);
  chmodSync(join(product.root, file), 0o755);
  product.write(
    "mirror.tofurc",
    `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(join(product.root, "mirror"))}\n  }\n}\n`,
  );
}

const upgrade = (...args: string[]) =>
  product.infraWith(
    { TF_CLI_CONFIG_FILE: join(product.root, "mirror.tofurc"), INFRA_CACHE: join(product.root, "cache") },
    "providers",
    "upgrade",
    ...args,
  );

/** A registry that has versions of one provider. */
async function registryWith(...versions: string[]): Promise<string> {
  registry = createServer(({ url }, response) => {
    const answers = new Map<string | undefined, object>([
      ["/.well-known/terraform.json", { "providers.v1": "/of/providers/" }],
      ["/of/providers/hetznercloud/hcloud/versions", { versions: versions.map((version) => ({ version })) }],
    ]);
    const answer = answers.get(url);
    response.writeHead(answer ? 200 : 404).end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => registry?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${String((registry.address() as AddressInfo).port)}`;
}

const listed = async (origin: string) => {
  const inventory = join(product.root, "inventory");
  const { providers, notes } = await listProviders({
    ...{ root: product.root, inventory },
    registries: { originOf: () => origin, timeout: 2000 },
  });
  return { provider: providers[0], notes };
};

it("raises the lock file to the newest version of the bindings' major, and says what changed", async () => {
  const first = await upgrade("--json");
  expect(first.code, first.output).toBe(2);
  expect(JSON.parse(first.stdout)).toEqual({
    upgraded: [{ deployment: id, source, to: "1.57.0" }],
    files: [lockFile],
    exitCode: 2,
  });
  for (const version of ["1.60.1", "2.0.0"]) mirror(version);
  const raised = await upgrade(id, "--json");
  expect(JSON.parse(raised.stdout)).toEqual({
    upgraded: [{ deployment: id, source, from: "1.57.0", to: "1.60.1" }],
    files: [lockFile],
    exitCode: 2,
  });
  const lock = product.read(lockFile);
  expect(lock).toContain('version     = "1.60.1"');
  expect(lock).toContain('constraints = ">= 1.57.0, < 2.0.0"');
  const again = await upgrade();
  expect([again.code, again.stdout]).toEqual([0, "nothing to raise\n"]);
  expect(product.read(lockFile)).toBe(lock);
}, 120_000);

it("keeps the lock file where no version is allowed, and names the deployment", async () => {
  product.write(lockFile, "# kept\n");
  product.write("mirror.tofurc", `provider_installation {\n  filesystem_mirror {\n    path = "/nowhere"\n  }\n}\n`);
  const { code, output } = await upgrade();
  expect(code).toBe(1);
  expect(output).toContain(`the providers of ${id} cannot be raised`);
  expect(product.read(lockFile)).toBe("# kept\n");
}, 60_000);

it("writes the checksums of versions that somebody raised in the lock file by text", async () => {
  await upgrade();
  mirror("1.60.1");
  const old = product.read(lockFile);
  product.write(lockFile, old.replace('"1.57.0"', '"1.60.1"'));
  const { code, output } = await upgrade();
  expect([code, output]).toEqual([2, `checksums written: ${lockFile}\n`]);
  const [before, after] = [old, product.read(lockFile)].map((text) => /h1:[^"]+/.exec(text)?.[0]);
  expect(after).toMatch(/^h1:/);
  expect(after).not.toBe(before);
}, 60_000);

it("raises nothing offline", async () => {
  const { code, output } = await upgrade("--offline");
  expect(code).toBe(1);
  expect(output).toContain("offline runs ask no registry");
  expect(product.has(lockFile)).toBe(false);
});

it("lists what is locked and what may run without asking a registry, when it is offline", async () => {
  product.write(lockFile, `provider "${source}" {\n  version     = "1.58.0"\n}\n`);
  const { code, stdout } = await product.infra("providers", "list", "--offline", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    providers: [
      {
        ...{ deployment: id, name: "hcloud", source, constraint: ">= 1.57.0, < 2.0.0" },
        ...{ bindings: "@infra/provider-hcloud", locked: "1.58.0", state: "unknown", needsBindings: false },
      },
    ],
    notes: [],
  });
});

it("tells what is behind, and where a newer major needs other bindings", async () => {
  product.write(lockFile, `provider "${source}" {\n  version     = "1.58.0"\n}\n`);
  const behind = await listed(await registryWith("1.9.0", "1.58.0", "1.60.1", "1.61.0-beta1", "2.1.0"));
  expect(behind.provider).toMatchObject({ state: "behind", allowed: "1.60.1", newest: "2.1.0", needsBindings: true });
  registry?.close();
  const current = await listed(await registryWith("1.57.0", "1.58.0"));
  expect(current.provider).toMatchObject({
    state: "current",
    allowed: "1.58.0",
    newest: "1.58.0",
    needsBindings: false,
  });
});

it("lists without what a registry would know where it cannot be reached, and says so", async () => {
  const origin = await registryWith();
  registry?.close();
  const { provider, notes } = await listed(origin);
  expect(provider).toMatchObject({ state: "not locked", constraint: ">= 1.57.0, < 2.0.0" });
  expect(notes).toEqual([expect.stringContaining(source)]);
});
