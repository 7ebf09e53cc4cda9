import { execFileSync } from "node:child_process";
import { join, sep } from "node:path";
import { describe, expect, it } from "vitest";

const repository = join(__dirname, "../../..");

/** Synthesizes an environment of the example in a process of its own, and prints which modules were loaded. */
const program = `
const { synthesize } = require("@infra/core");
const { loadInventory } = require("@infra/inventory");
const stack = require("@infra/stack-compute").default;
const { deployments } = loadInventory("inventory-example");
for (const each of deployments.filter(({ environment }) => environment === process.argv[1])) synthesize(each, stack);
console.log(JSON.stringify(Object.keys(require.cache)));
`;

function loadedBy(environment: string): string[] {
  const output = execFileSync(process.execPath, ["-e", program, environment], { cwd: repository, encoding: "utf8" });
  return (JSON.parse(output) as string[]).map((path) => path.replaceAll(sep, "/"));
}

const aws = /\/provider-aws\/lib\//;
const hcloud = /\/(?:providers\/hcloud|provider-hcloud)\/lib\//;

describe.each([
  ["production", "Hetzner", hcloud, aws, /\/aws\.js$/],
  ["staging", "AWS", aws, hcloud, /\/hetzner\.js$/],
] as const)("synthesizing %s, which runs on %s", (environment, _cloud, own, other, otherAdapter) => {
  const loaded = loadedBy(environment);

  it("loads the bindings of its cloud", () => {
    expect(loaded.filter((path) => own.test(path)).length).toBeGreaterThan(0);
  });

  it("loads no binding and no adapter of another cloud", () => {
    expect(loaded.filter((path) => other.test(path) || otherAdapter.test(path))).toEqual([]);
  });

  it("loads no index of a provider", () => {
    expect(loaded.filter((path) => /\/(?:provider-[a-z]+|providers\/[a-z]+)\/lib\/index\.js$/.test(path))).toEqual([]);
  });
});
