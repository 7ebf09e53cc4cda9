import { afterAll, beforeAll, expect, it } from "vitest";
import { Product } from "../../test/product.js";

let product: Product;

beforeAll(() => {
  product = new Product("");
});
afterAll(() => {
  product.remove();
});

it("helps with a command, and says that there is no such one", async () => {
  expect(await product.infra("help", "state", "rekey")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("Usage: infra state rekey"),
  });
  const unknown = await product.infra("help", "pln");
  expect([unknown.code, unknown.stdout]).toEqual([1, ""]);
  expect(unknown.stderr).toContain('"pln" is not a command. Did you mean "plan"?');
  expect((await product.infra("state", "help", "nope")).stderr).toContain('"nope" is not a command. Use one of: ');
});

it.each(["synth", "validate", "output"])("offers no changes with infra %s, which shows none", async (verb) => {
  const { code, stdout } = await product.infra(verb, "--help");
  expect(code).toBe(0);
  expect(stdout).not.toContain("--verbose");
});
