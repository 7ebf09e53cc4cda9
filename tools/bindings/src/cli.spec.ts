import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";

const program = resolve(__dirname, "../dist/cli.js");
const cli = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });

describe("the command", () => {
  it("explains itself", () => {
    const { status, stdout } = cli("--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: node tools\/bindings\/dist\/cli\.js \[name\.\.\.\]/m);
  });

  it("says of each provider that its built bindings are up to date", () => {
    const { status, stdout } = cli("--check");
    expect(stdout).toMatch(/^hcloud \d+\.\d+\.\d+: up to date$/m);
    expect(status).toBe(0);
  });

  it("names the providers and exits with 1 when one is unknown", () => {
    const { status, stdout, stderr } = cli("hclud");
    expect(stderr).toMatch(/^hclud is not a provider package of .* Use one of: .*hcloud/);
    expect(stdout).toBe("");
    expect(status).toBe(1);
  });

  it("exits with 1 on an option that it does not have", () => {
    const { status, stderr } = cli("--chekc");
    expect(stderr).toContain("--chekc");
    expect(status).toBe(1);
  });
});
