import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTool } from "@infra/toolchain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const repository = join(__dirname, "../../..");
let root: string;

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "infra-readme-")));
  cpSync(join(repository, "inventory-example"), join(root, "inventory-example"), { recursive: true });
  writeFileSync(join(root, "package.json"), '{ "infra": { "inventory": "inventory-example" } }');
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** The same text with every time replaced, since it differs from run to run. */
const withoutTimes = (text: string): string =>
  text
    .replaceAll(/\d+\.\ds/g, "0.0s")
    .replaceAll(/ +(?=0\.0s)/g, "  ")
    .trim();

describe("the README", () => {
  it("shows what `make plan` prints", async () => {
    const engine = process.env["INFRA_ENGINE"] ?? (await ensureTool("tofu"));
    const args = [join(repository, "packages/engine/cli/bin/infra.js"), "plan", "--all", "--offline"];
    const { PATH, HOME } = process.env;
    const { stdout, status } = spawnSync(process.execPath, args, {
      cwd: root,
      encoding: "utf8",
      env: { PATH, HOME, INFRA_ENGINE: engine },
    });
    expect(status).toBe(2);
    const readme = readFileSync(join(repository, "README.md"), "utf8");
    const shown = /<!-- begin make plan -->\s*```text\n(.*?)```\s*<!-- end make plan -->/s.exec(readme)?.[1];
    expect(withoutTimes(shown ?? "")).toBe(withoutTimes(stdout));
  });
});
