import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTofu, passphrase, Product } from "../product.js";

const id = "production/values";
const inventory = (value: string) => `stack: ./stacks/values\nconfig: { items: { one: ${value} } }\n`;

let product: Product;
beforeAll(async () => {
  product = new Product(await openTofu(), { INFRA_STATE_PASSPHRASE: passphrase });
  product.write(`inventory/${id}.yaml`, inventory("a"));
});
afterAll(() => product.remove());

describe("infra apply --planned", () => {
  const apply = (...more: string[]) => product.infra("apply", id, "--yes", "--planned", ...more);

  it("refuses changes without a saved plan, and changes nothing", async () => {
    const { code, output } = await apply("--offline");
    expect([code, output]).toEqual([
      1,
      expect.stringContaining("there is no plan of these changes that was looked at"),
    ]);
    expect(product.states(id)).toEqual([]);
  });

  it("applies a plan that was saved, and then has nothing to do", async () => {
    await product.infra("plan", id, "--offline");
    expect((await apply("--offline")).code).toBe(0);
    expect(await apply("--offline")).toMatchObject({
      code: 0,
      output: expect.stringContaining("1 unchanged") as string,
    });
  });

  it("refuses to write a state that would be lost with the job of a pipeline", async () => {
    await product.infra("plan", id);
    const { code, output } = await product.infraWith({ GITLAB_CI: "true" }, "apply", id, "--yes", "--planned");
    expect([code, output]).toEqual([1, expect.stringContaining("its state is in a local folder")]);
    expect(product.has("state/production/values/pointers")).toBe(false);
  });
});
