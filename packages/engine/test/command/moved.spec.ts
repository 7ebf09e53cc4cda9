import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTofu, Product } from "../product.js";

const id = "production/files";

/** Nothing may be contacted: what tries to fails at once. */
const nowhere = { HTTPS_PROXY: "http://127.0.0.1:9", HTTP_PROXY: "http://127.0.0.1:9" };

let tofu: string;
let product: Product;

const place = (settings: string): void => {
  product.write("inventory/product.yaml", `product: acme\n${settings}\ndeletionProtection: false\n`);
};

beforeAll(async () => {
  tofu = await openTofu();
});

beforeEach(() => {
  product = new Product(tofu, nowhere);
  product.write(`inventory/${id}.yaml`, "stack: storage\nconfig: { buckets: { assets: {} } }\n");
});

afterEach(() => {
  product.remove();
});

async function applied(settings: string): Promise<void> {
  place(settings);
  const ran = await product.infra("apply", id, "--offline", "--yes");
  expect(ran.code, ran.output).toBe(0);
}

describe("a deployment that is applied elsewhere", () => {
  it.each(["plan", "destroy", "drift"])(
    "on another cloud is refused by %s, with the way to remove it",
    async (verb) => {
      await applied("provider: digitalocean\nregion: fra1");
      const cloud = product.cloud(id);
      place("provider: aws\nregion: eu-central-1");
      const ran = await product.infra(verb, id, "--offline", ...(verb === "destroy" ? ["--yes"] : []));
      expect(ran.code, ran.output).toBe(1);
      expect(ran.output).toContain("production/files is applied on digitalocean, and the inventory says aws");
      expect(ran.output).toContain("write provider: digitalocean and run infra destroy production/files --offline");
      expect(ran.output).toMatch(/inventory\/product\.yaml:2:\d+/);
      expect(product.cloud(id)).toEqual(cloud);
    },
  );

  it("in another region is refused, and status says the same", async () => {
    await applied("provider: aws\nregion: eu-central-1");
    place("provider: aws\nregion: eu-west-1");
    const planned = await product.infra("plan", id, "--offline");
    const says = "applied in eu-central-1, and the inventory says eu-west-1";
    expect([planned.code, planned.output]).toEqual([1, expect.stringContaining(says)]);
    const status = await product.infra("status", "--offline");
    expect([status.code, status.output]).toEqual([2, expect.stringContaining(says)]);
  });

  it("can be destroyed where it is, and then begins elsewhere", async () => {
    await applied("provider: digitalocean\nregion: fra1");
    expect((await product.infra("destroy", id, "--offline", "--yes")).code).toBe(0);
    place("provider: aws\nregion: eu-central-1");
    const ran = await product.infra("plan", id, "--offline");
    expect(ran.code, ran.output).toBe(2);
  });
});
