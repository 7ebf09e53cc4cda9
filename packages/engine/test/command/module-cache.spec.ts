import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTofu, Product } from "../product.js";

let product: Product;

beforeAll(async () => {
  product = new Product(await openTofu());
  product.write(
    "inventory/production/net.yaml",
    "stack: ./stacks/net\nconfig:\n  networks:\n    one: { cidr: 10.0.0.0/16 }\n",
  );
});

afterAll(() => {
  product.remove();
});

const program = `
const { run } = require("@infra/engine");
run({ verb: "plan", inventory: "inventory", root: process.cwd(), offline: process.argv[1] === "offline" }).then((result) =>
  console.log(JSON.stringify({ exitCode: result.exitCode, results: result.results, loaded: Object.keys(require.cache) })));
`;

const loadedBy = (mode: "offline" | "real"): { exitCode: number; loaded: string[] } => {
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], INFRA_ENGINE: product.engine };
  const secrets = mode === "real" ? { INFRA_STATE_PASSPHRASE: "correct-horse-battery-staple" } : {};
  const ran = spawnSync(process.execPath, ["-e", program, mode], {
    cwd: product.root,
    env: { ...env, ...secrets },
    encoding: "utf8",
  });
  expect(ran.status, ran.stderr).toBe(0);
  return JSON.parse(ran.stdout) as { exitCode: number; loaded: string[] };
};

it("loads no binding but the chosen one's, and no provider's index", () => {
  const { exitCode, loaded } = loadedBy("offline");
  expect(exitCode).toBe(2);
  expect(loaded.filter((file) => /hcloud\/lib\/network\/index\.js$/.test(file))).toHaveLength(1);
  expect(loaded.filter((file) => file.includes("@cdktf/provider-"))).toEqual([]);
  expect(loaded.filter((file) => /(?:provider-[a-z]+|hcloud)\/lib\/index\.js$/.test(file))).toEqual([]);
});

it("loads the mock provider in offline runs only", () => {
  product.write("inventory/production/net.yaml", "stack: ./stacks/values\nconfig: { items: { one: 1 } }\n");
  const mock = (files: string[]) => files.filter((file) => /mock-provider\/dist|@grpc/.test(file));
  expect(mock(loadedBy("offline").loaded)).not.toEqual([]);
  const real = loadedBy("real");
  expect(real.exitCode).toBe(2);
  expect(mock(real.loaded)).toEqual([]);
});
