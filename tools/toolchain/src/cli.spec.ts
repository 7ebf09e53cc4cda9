import { spawnSync } from "node:child_process";
import * as os from "node:os";
import * as path from "node:path";
import { expect, test } from "vitest";
import { toolNames } from "./tools.js";

const cli = path.join(__dirname, "..", "dist", "cli.js");
const env = { PATH: os.devNull, INFRA_CACHE: path.join(os.tmpdir(), "no-such-cache") };

function run(...args: string[]) {
  return spawnSync(process.execPath, [cli, ...args], { env, encoding: "utf8" });
}

test("--list says what is installed, and installs nothing", () => {
  const { status, stdout } = run("--list", "--json");
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject(toolNames.map((name) => ({ name, installed: false })));
});

test("an unknown tool is refused with the list of tools", () => {
  const { status, stderr } = run("tofuu");
  expect(status).toBe(1);
  expect(stderr).toMatch(/"tofuu" is not a tool.*provider-hcloud/s);
});
