import { startVault, type VaultServer } from "@infra/services";
import { Product } from "./product.js";

/** The deployment of {@link vaultProduct}. */
export const id = "production/up";

/** Where its real runs work. */
export const work = `.infra/real/${id}`;

/** The key of {@link id}. */
export const key = "acme.production.up";

/** `state:` of an inventory: Transit, or the passphrase after it. */
export const settings = {
  transit: "{ kind: folder, encryption: { kind: transit } }",
  passphrase: "{ kind: folder }",
  back: "{ kind: folder, encryption: { kind: passphrase, fallback: { kind: transit } } }",
} as const;

/** Vault with a Transit engine. */
export async function startTransit(): Promise<VaultServer> {
  const vault = await startVault();
  await mountTransit(vault);
  return vault;
}

/** Mounts the Transit engine; a dev server that was killed has forgotten it. */
export async function mountTransit(vault: VaultServer): Promise<void> {
  await vault.root("POST", "sys/mounts/transit", { type: "transit" });
}

/** A product in a local folder. */
export function productWith(engine: string, state: string, env: Readonly<Record<string, string>>): Product {
  const product = new Product(engine, env);
  setState(product, state);
  return product;
}

/** Says in the inventory how states are kept and encrypted. */
export function setState(product: Product, state: string): void {
  product.write(
    "inventory/product.yaml",
    `product: acme\nprovider: hetzner\nregion: fsn1\nallow: { provisioners: true }\nstate: ${state}\n`,
  );
}

/** A token that may do what a policy says. */
export async function tokenFor(vault: VaultServer, name: string, policy: string, ttl = "1h"): Promise<string> {
  await vault.root("PUT", `sys/policies/acl/${name}`, { policy });
  const made = await vault.root("POST", "auth/token/create", { policies: [name], ttl, no_default_policy: false });
  return (made as { auth: { client_token: string } }).auth.client_token;
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
export const randomNumbers = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};
