import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { openTofu, Product } from "../../../test/product.js";
import { StateBackends } from "../deployment/state-backends.js";
import type { Verb } from "@infra/results";
import { run } from "../run.js";
import { FileLock, Session } from "@infra/state";
import { storageFailed } from "../../../state/src/errors.js";

const id = "production/up";

let tofu: string;
let product: Product;

beforeAll(async () => {
  tofu = await openTofu();
});
beforeEach(() => {
  product = new Product(tofu);
  product.write("inventory/production/up.yaml", "stack: ./stacks/values\nconfig:\n  items: { one: hello }\n");
});
afterEach(() => {
  vi.restoreAllMocks();
  product.remove();
});

const offline = (verb: Verb) =>
  run({
    verb,
    root: product.root,
    inventory: join(product.root, "inventory"),
    offline: true,
    yes: true,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], INFRA_ENGINE: tofu },
  });

/** Lets the next lock be one that can't be given back. */
const breakRelease = () => {
  const close = vi.spyOn(Session.prototype, "close");
  close.mockRejectedValueOnce(storageFailed(id, "write", new Error("no space left on device")));
};

it("keeps what an apply did, and fails, when its lock can't be given back", async () => {
  breakRelease();
  const { results, exitCode } = await offline("apply");
  expect(exitCode).toBe(1);
  expect(results).toMatchObject([{ id, status: "failed", counts: { create: 1 } }]);
  expect(results[0]?.problems).toMatchObject([
    { message: expect.stringContaining("no space left on device") as string },
  ]);
  expect((await offline("plan")).results).toMatchObject([{ status: "unchanged" }]);
});

it("says what went wrong first, then that the lock can't be given back", async () => {
  product.write("inventory/production/up.yaml", "stack: ./stacks/values\nconfig:\n  script: exit 7\n");
  breakRelease();
  const { results } = await offline("apply");
  expect(results[0]?.problems.map(({ message }) => message)).toEqual([
    expect.stringContaining("provisioner error"),
    expect.stringContaining("no space left on device"),
  ]);
});

it("frees the working folder also when the deployment's lock can't be given back", async () => {
  const workLock = new FileLock(join(product.root, "elsewhere"), id);
  const of = StateBackends.prototype.of;
  vi.spyOn(StateBackends.prototype, "of").mockImplementation(async function (this: StateBackends, deployment) {
    return { ...(await of.call(this, deployment)), workLock };
  });
  const acquire = vi.spyOn(workLock, "acquire");
  breakRelease();
  await offline("plan");
  expect(acquire).toHaveBeenCalledOnce();
  expect(await workLock.inspect()).toBeUndefined();
});
