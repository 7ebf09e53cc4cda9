import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The npm packages of the repository that this package is part of. */
const nodeModules = join(dirname(require.resolve("@infra/bench/package.json")), "..", "..", "node_modules");

/** A product that exists for the length of a measurement. */
export interface BenchWorkspace {
  readonly root: string;
  /** The inventory files of its deployments. */
  readonly files: readonly string[];
  /** Ids of its deployments. */
  readonly deployments: readonly string[];
  /** Removes it. */
  remove(): void;
}

/**
 * Makes a workspace with a generated inventory.
 *
 * @param count Number of deployments.
 * @param resources Resources of each deployment; an even number.
 */
export function makeWorkspace(count: number, resources: number): BenchWorkspace {
  const root = mkdtempSync(join(tmpdir(), "infra-bench-"));
  const environment = join(root, "inventory", "production");
  mkdirSync(environment, { recursive: true });
  symlinkSync(nodeModules, join(root, "node_modules"));
  write(root, "package.json", JSON.stringify({ name: "bench", version: "0.0.0", private: true, infra: {} }));
  write(root, "inventory/product.yaml", "product: bench\nprovider: hetzner\nregion: fsn1\n");
  const names = Array.from({ length: count }, (_, index) => `unit-${String(index + 1)}`);
  for (const name of names) write(environment, `${name}.yaml`, inventoryFile(resources / 2));
  return {
    root,
    files: names.map((name) => join("inventory", "production", `${name}.yaml`)),
    deployments: names.map((name) => `production/${name}`),
    remove: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Lets Nx find the deployments of a workspace. */
export function useNx({ root }: BenchWorkspace): void {
  write(root, "nx.json", JSON.stringify({ plugins: ["@infra/product"], analytics: false }));
}

/** The text of a deployment's inventory file. */
function inventoryFile(networks: number): string {
  const entries = Array.from({ length: networks }, (_, index) => {
    const cidr = `10.${String(Math.floor(index / 256) % 256)}.${String(index % 256)}.0/24`;
    return `    n${String(index + 1)}: { cidr: ${cidr} }\n`;
  });
  return `stack: "@infra/bench/stack"\nconfig:\n  networks:\n${entries.join("")}`;
}

function write(folder: string, name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}
