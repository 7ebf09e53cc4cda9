import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";

const repository = resolve(__dirname, "../../..");

/** Synthesizes the whole example in a process of its own, where `cdktf` stands for the named package. */
function synthesizeExample(cdktf: "cdktf" | "cdktn"): { loaded: string[]; configurations: Record<string, unknown> } {
  const script = `
    const Module = require("node:module");
    const original = Module._resolveFilename;
    Module._resolveFilename = function (request, ...rest) {
      const renamed = /^cdktf(\\/|$)/.test(request) ? request.replace("cdktf", ${JSON.stringify(cdktf)}) : request;
      return original.call(this, renamed, ...rest);
    };
    const { synthesize } = require("@infra/core");
const { loadInventory } = require("@infra/inventory");
    const { deployments } = loadInventory("inventory-example");
    const stackOf = ({ stack }) => require("@infra/stack-" + stack).default;
    const configurations = Object.fromEntries(deployments.map((each) => [each.id, synthesize(each, stackOf(each)).configuration]));
    const loaded = ["cdktf", "cdktn"].filter((name) => Object.keys(require.cache).some((file) => file.includes("/node_modules/" + name + "/")));
    process.stdout.write(JSON.stringify({ loaded, configurations }));`;
  const output = execFileSync(process.execPath, ["-e", script], {
    cwd: repository,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(output) as ReturnType<typeof synthesizeExample>;
}

describe("cdktn, the maintained fork of cdktf", () => {
  it("synthesizes the example to the same configurations", () => {
    const [before, after] = [synthesizeExample("cdktf"), synthesizeExample("cdktn")];
    expect([before.loaded, after.loaded]).toEqual([["cdktf"], ["cdktn"]]);
    expect(Object.keys(before.configurations).length).toBeGreaterThanOrEqual(4);
    expect(after.configurations).toEqual(before.configurations);
  });
});
