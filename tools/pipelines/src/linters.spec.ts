import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureTool } from "@infra/toolchain";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Machines } from "./machine.js";
import { ProductRepository } from "./product.js";
import { runScript } from "./run-step.js";

/** A disk that is not encrypted. */
const plainStack = `const { defineStack } = require("@infra/core");
const { EbsVolume } = require("@cdktf/provider-aws/lib/ebs-volume");
const { z } = require("zod");
module.exports = defineStack({
  config: z.strictObject({}),
  build(stack) {
    stack.useProvider();
    new EbsVolume(stack, "plain", { availabilityZone: "eu-central-1a", size: 1, encrypted: false });
    return {};
  },
});
`;

let machines: Machines;
let product: ProductRepository;
let folder: string;

beforeAll(async () => {
  machines = new Machines(process.env["INFRA_ENGINE"] ?? (await ensureTool("tofu")));
  product = await ProductRepository.create(join(machines.root, "product"));
});
beforeEach(async () => {
  folder = await machines.clone(product.folder, "main");
  machines.install(folder);
});
afterAll(() => {
  machines.remove();
});

const run = (script: string, more: Readonly<Record<string, string>> = {}) =>
  runScript(script, folder, { ...machines.environment(), ...more });

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text);
}

describe("the linters of a product", { timeout: 300_000 }, () => {
  it("are installed once, in the versions of the Makefile, ansible-lint only where there is ansible/", async () => {
    const calls = join(folder, "calls");
    const python = `const { appendFileSync, mkdirSync, writeFileSync } = require("node:fs");
const words = process.argv.slice(2);
appendFileSync(${JSON.stringify(calls)}, words.slice(0, 2).join(" ") + "\\n");
const bin = words.at(-1) + "/bin";
mkdirSync(bin, { recursive: true });
const name = words.at(-1).split("/").at(-1).replace(/-[0-9.]+$/, "");
writeFileSync(bin + "/pip", "#!/bin/sh\\necho pip $* >>${calls}; touch " + bin + "/" + name, { mode: 0o755 });`;
    machines.program("python3", python);
    const own = { LINTERS: join(folder, "own-linters") };
    expect((await run("make linters", own)).code).toBe(0);
    mkdirSync(join(folder, "ansible"));
    expect((await run("make linters && make linters", own)).code).toBe(0);
    machines.forget("python3");
    const tools = readFileSync(join(__dirname, "../../toolchain/src/tools.ts"), "utf8");
    const [, version = ""] = /version: "([\d.]+)",\n {4}requirements: "checkov"/.exec(tools) ?? [];
    const pip = "pip install --quiet --disable-pip-version-check";
    expect(readFileSync(calls, "utf8").split("\n").filter(Boolean)).toEqual([
      "-m venv",
      `${pip} checkov==${version}`,
      "-m venv",
      expect.stringMatching(new RegExp(`^${pip} ansible-lint==\\d+\\.\\d+\\.\\d+$`)),
    ]);
  });

  it("are asked by make validate: Checkov with the policy", async () => {
    machines.linter("checkov", await ensureTool("checkov"));
    write("inventory/production/environment.yaml", "provider: aws\nregion: eu-central-1\n");
    write("inventory/production/network.yaml", "stack: ./stacks/plain\nconfig: {}\n");
    write("stacks/plain/index.js", plainStack);
    const { code, output } = await run("make validate DEPLOYMENT=production/network");
    machines.linter("checkov", join(machines.root, "bin/no-checkov"));
    expect([code, output]).toEqual([2, expect.stringContaining("(CKV_AWS_3)")]);
    expect(output).not.toContain("Checkov is not on PATH");
  });

  it("are asked by make validate: ansible-lint where there is ansible/, and what it finds fails", async () => {
    write("ansible/play.yaml", "- hosts: all\n");
    const validate = "make validate DEPLOYMENT=staging/network";
    const absent = await run(validate);
    expect([absent.code, absent.output]).toEqual([2, expect.stringContaining("Install it: make linters")]);
    const seen = join(folder, "seen");
    const keep = `require("node:fs").writeFileSync(${JSON.stringify(seen)}, process.argv.slice(2).join(" "));`;
    machines.linter("ansible-lint", machines.program("own-ansible-lint", `${keep} process.exitCode = 2;`));
    expect((await run(validate)).code).toBe(2);
    expect(existsSync(seen) && readFileSync(seen, "utf8")).toBe("ansible");
  });
});
