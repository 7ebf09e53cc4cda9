import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

const repository = join(dirname(require.resolve("@infra/bench/package.json")), "..", "..");

/** Many products, and the packages that they have before and after a release. */
export interface Fleet {
  /** Folder of the products. */
  readonly products: string;
  /** node_modules with the packages of the repository. */
  readonly before: string;
  /** The same, with a patch of @infra/cloud-network. */
  readonly after: string;
  remove(): void;
}

/** Makes products of three deployments each: two of them use the module that the release changes. */
export function makeFleet(count: number): Fleet {
  const root = mkdtempSync(join(tmpdir(), "infra-bench-fleet-"));
  const products = join(root, "products");
  for (let index = 0; index < count; index += 1) makeProduct(join(products, `product-${String(index + 1)}`), index);
  const before = makeInstallation(join(root, "before"));
  const after = makeInstallation(join(root, "after"));
  const patched = join(after, "@infra/cloud-network/dist/hetzner.js");
  writeFileSync(patched, readFileSync(patched, "utf8").replace('type: "cloud"', 'type: "server"'));
  return {
    products,
    before,
    after,
    remove: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function makeProduct(folder: string, index: number): void {
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const name = basename(folder);
  write("package.json", JSON.stringify({ name, version: "0.0.0", private: true, infra: {} }));
  write(
    "inventory/product.yaml",
    `product: ${name}\nprovider: hetzner\nregion: fsn1\ndomain: ${name}.example\ncloudflare: false\n`,
  );
  for (const [place, environment] of ["production", "staging"].entries()) {
    const network = `  network: { cidr: 10.${String(index % 200)}.${String(place * 16)}.0/20 }\n`;
    const group = `    web: { count: ${String(1 + (index % 5))}, size: small, firewall: { allow: [http, https] } }\n`;
    write(`inventory/${environment}/compute.yaml`, `config:\n${network}  groups:\n${group}`);
  }
  write(
    "inventory/production/list.yaml",
    'stack: "@infra/bench/stack"\nconfig:\n  networks:\n    n1: { cidr: 10.0.0.0/24 }\n',
  );
}

/** Packages that lead to the changed one: copied, so that they find it beside them. Others are links. */
const copied = ["bench", "cloud-network", "stack-compute"];

function makeInstallation(folder: string): string {
  const installed = join(repository, "node_modules");
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "@infra"), { recursive: true });
  const link = (name: string) => {
    symlinkSync(join(installed, name), join(modules, name));
  };
  for (const name of readdirSync(installed)) if (name !== "@infra" && name !== ".package-lock.json") link(name);
  for (const name of readdirSync(join(installed, "@infra"))) {
    const [source, target] = [join(installed, "@infra", name), join(modules, "@infra", name)];
    if (copied.includes(name)) cpSync(source, target, { recursive: true, dereference: true, filter: isBuilt });
    else link(`@infra/${name}`);
  }
  return modules;
}

function isBuilt(path: string): boolean {
  return basename(path) !== "src";
}
