import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { filesWith, formsOf } from "../canaries.js";
import { openTofu, Product, type Ran } from "../product.js";

const id = "production/app";
const canaries = {
  INFRA_STATE_PASSPHRASE: 'canary "pass" + phrase/%41',
  HCLOUD_TOKEN: `canary/${"A1b2C3d4+E5f6=".repeat(4)}z`,
  VAULT_SECRET_ID: "canary-8f14e45f-vault",
  GITHUB_TOKEN: "ghs_canary4d2c8a90b1e7f3",
  INFRA_SECRET_ACME_DATABASE_PASSWORD: "canary\nof two lines, kept here",
};
const forms = Object.values(canaries).flatMap(formsOf);
const names = JSON.stringify(Object.keys(canaries));

let tofu: string;
let product: Product;

beforeAll(async () => {
  tofu = await openTofu();
});
beforeEach(() => {
  product = new Product(tofu, canaries);
  product.write(`inventory/${id}.yaml`, "stack: ./stacks/own\nconfig: {}\n");
});
afterEach(() => {
  product.remove();
});

/** Writes the product's own stack. What it does with `initial` it does with the environment that the process began with. */
const own = (atLoad: string, build: string): void => {
  product.write(
    "stacks/own/index.js",
    `const { defineStack, DataResource } = require("@infra/core");
const { readFileSync } = require("node:fs");
const { z } = require("zod");
const initial = () => Object.fromEntries(
  readFileSync("/proc/self/environ", "utf8").split("\\0").map((each) => [each.split("=")[0], each.replace(/^[^=]*=/, "")]),
);
const names = ${names};
${atLoad}
module.exports = defineStack({
  config: z.strictObject({}),
  build(stack) {
    ${build}
    return {};
  },
});
`,
  );
};

const expectSilent = (...runs: Ran[]): void => {
  for (const { output } of runs) for (const form of forms) expect(output).not.toContain(form);
  expect(filesWith(product.root, forms)).toEqual([]);
};

describe("code of a stack, in a real run whose environment holds secrets,", () => {
  it("finds none of them in process.env, and the engine has its credentials all the same", async () => {
    own(
      'console.log("at load:", names.filter((name) => process.env[name] !== undefined).join());',
      `console.log("at build:", names.filter((name) => process.env[name] !== undefined).join(), process.env.HCLOUD_TOKEN);
    const program = 'test -n "$HCLOUD_TOKEN" && echo handed over > ' + process.cwd() + "/engine";
    new DataResource(stack, "data", { provisioners: [{ type: "local-exec", command: program }] });`,
    );
    const ran = await product.infra("apply", id, "--yes");
    expect(ran.code, ran.output).toBe(0);
    expect(ran.stderr).toContain("at load: \nat build:  undefined\n");
    expect(product.read("engine")).toBe("handed over\n");
    expectSilent(ran);
  });

  it("finds none where another deployment asks only which outputs there are", async () => {
    own(
      "",
      "console.log(...names.map((name) => initial()[name]), names.some((name) => process.env[name] !== undefined));",
    );
    const config = "config: { items: { one: { output: app.nothing } } }";
    product.write("inventory/production/down.yaml", `stack: ./stacks/values\n${config}\n`);
    const ran = await product.infra("validate", "production/down");
    expect(ran.code, ran.output).toBe(1);
    expect(ran.output).toContain('production/app has no output "nothing"');
    expect(ran.stderr).toContain("*** false");
    expectSilent(ran);
  });

  it("prints to stderr, with secrets masked, and leaves the output as JSON alone", async () => {
    own(
      'console.log("at load:", ...names.map((name) => initial()[name]));',
      `for (const name of names) {
      console.info(name, initial()[name]);
      for (const letter of initial()[name]) process.stdout.write(letter);
      process.stderr.write(Buffer.from(JSON.stringify({ [name]: initial()[name] })));
      process.stdout.write(encodeURIComponent(initial()[name]) + "\\n");
    }
    new DataResource(stack, "data", { input: { text: "x" } });`,
    );
    for (const verb of ["plan", "synth", "status"]) {
      const ran = await product.infra(verb, id, "--json");
      expect([0, 2], ran.output).toContain(ran.code);
      expect(() => JSON.parse(ran.stdout) as unknown).not.toThrow();
      expectSilent(ran);
    }
    const planned = await product.infra("plan", id);
    expect(planned.stderr).toContain("at load: *** *** *** ***");
    expect(planned.stderr).toContain("HCLOUD_TOKEN ***\n");
    const schemas = await product.infra("schema");
    expect(schemas.stdout, schemas.output).not.toContain("at load");
    expectSilent(planned, schemas);
  });

  it("may not put a secret into a configuration: the run ends before anything is written", async () => {
    const ways = [
      ["token", "plan"],
      ["`Bearer ${token}`", "synth"],
      ['Buffer.from("x" + token).toString("base64")', "apply", "--yes"],
      ["{ [token]: 1 }", "plan", "--offline"],
    ] as const;
    for (const [text, verb, ...options] of ways) {
      own("", `const token = initial().HCLOUD_TOKEN; new DataResource(stack, "data", { input: { text: ${text} } });`);
      const ran = await product.infra(verb, id, ...options);
      expect(ran.code, ran.output).toBe(1);
      expect(ran.stdout).toContain(`the configuration of ${id} holds the value of HCLOUD_TOKEN`);
      expect(ran.stdout).toContain("secret://<path>#<field>");
      expectSilent(ran);
    }
    for (const mode of ["real", "offline"]) expect(product.has(`.infra/${mode}/${id}/cdk.tf.json`)).toBe(false);
  });

  it("fails with masked errors, also where they are none of the run's", async () => {
    own("", "throw new Error(`no ${initial().VAULT_SECRET_ID} of ${initial().HCLOUD_TOKEN}`);");
    const runs = [await product.infra("plan", id), await product.infra("plan", id, "--json")];
    for (const ran of runs) expect([ran.code, ran.stdout]).toEqual([1, expect.stringContaining("no *** of ***")]);
    expectSilent(...runs);
    product.write("stacks/own/index.js", "throw new Error(process.env.HCLOUD_TOKEN ?? 'none');");
    const schemas = await product.infra("schema");
    expect([schemas.code, schemas.stderr]).toEqual([1, expect.stringContaining("none")]);
  });
});
