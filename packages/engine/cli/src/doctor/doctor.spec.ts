import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it, vi } from "vitest";
import { Product } from "../../../test/product.js";
import { StateBackends } from "@infra/engine";
import type { StateKeys } from "@infra/keys";
import { examine, lockFindings } from "./doctor.js";
import { keyFindings } from "./keys.js";

const deployments = Array.from({ length: 200 }, (_, index) => {
  const id = `production/d${String(index)}`;
  return { id, file: `${id}.yaml` };
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Counts how many questions are under way at once. */
const counted = () => {
  const seen = { now: 0, most: 0, all: 0 };
  const ask = async (): Promise<undefined> => {
    seen.all += 1;
    seen.most = Math.max(seen.most, (seen.now += 1));
    await sleep(1);
    seen.now -= 1;
  };
  return { seen, ask };
};

it("asks for the locks of many deployments a few at a time", async () => {
  const { seen, ask } = counted();
  const backends = { of: () => ({ lock: { inspect: ask } }) } as unknown as StateBackends;
  expect(await lockFindings(backends, deployments, false)).toEqual([]);
  expect(seen.all).toBe(200);
  expect(seen.most).toBeLessThanOrEqual(16);
});

it("tries the keys of many deployments a few at a time", async () => {
  const { seen, ask } = counted();
  const keys = { kindOf: () => "transit", transitOf: () => ({ name: "k", info: ask }) } as unknown as StateKeys;
  expect(await keyFindings(keys, deployments, {})).toHaveLength(200);
  expect(seen.all).toBe(200);
  expect(seen.most).toBeLessThanOrEqual(16);
});

it("looks for the bindings and the credentials of every provider that a deployment names", async () => {
  const product = new Product("tofu");
  product.write("inventory/production/up.yaml", "stack: ./stacks/values\nproviders: { vault: {}, nomad: {} }\n");
  const env = { PATH: "", INFRA_ENGINE: "/nowhere/tofu", NOMAD_ADDR: "https://nomad.example", NOMAD_TOKEN: "x" };
  const found = await examine({ root: product.root, inventory: `${product.root}/inventory` }, env);
  expect(found).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        level: "warning",
        message: "vault: bindings installed, no credentials in the environment",
      }),
      expect.objectContaining({ level: "ok", message: "nomad: bindings installed, credentials set" }),
    ]),
  );
  product.remove();
});

it("closes what it opened also when the place of a state is not told completely", async () => {
  const close = vi.spyOn(StateBackends.prototype, "close");
  const product = new Product("tofu");
  product.write("inventory/product.yaml", "product: acme\nprovider: hetzner\nregion: fsn1\nstate: { kind: s3 }\n");
  product.write("inventory/production/up.yaml", "stack: ./stacks/values\n");
  const env = { PATH: "", INFRA_ENGINE: "/nowhere/tofu" };
  const found = await examine({ root: product.root, inventory: `${product.root}/inventory` }, env);
  expect(found.map(({ message }) => message).join()).toContain("no bucket is named");
  expect(close).toHaveBeenCalledTimes(2);
  product.remove();
});
