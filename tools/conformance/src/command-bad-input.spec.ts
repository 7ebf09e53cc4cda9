import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { badInputs, writeBadInput } from "./bad-input.js";

const repository = join(__dirname, "../../..");
const command = join(repository, "packages/engine/cli/bin/infra.js");
const root = realpathSync(mkdtempSync(join(tmpdir(), "infra-bad-input-")));

let engine: string;

beforeAll(async () => {
  // Named by a variable: it is no dependency of what is built here.
  const toolchain = "@infra/toolchain";
  const { ensureTool } = (await import(toolchain)) as { ensureTool(name: string): Promise<string> };
  engine = process.env["INFRA_ENGINE"] ?? (await ensureTool("tofu"));
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** What a refused run leaves: its result, for reports. */
const leavings = /^\.infra(\/results(\/|$)|$)/;

/** Everything else in a folder, by path: the bytes of files, and that there is a folder. */
const treeOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      if (leavings.test(relative(folder, path))) return [];
      return [[path, entry.isFile() ? readFileSync(path, "base64") : "not a file"]];
    }),
  );

const infra = (folder: string, ...args: string[]): Promise<{ code: number | null; output: string }> =>
  new Promise((resolve, reject) => {
    const { PATH = "", HOME = "", INFRA_CACHE } = process.env;
    const env = { PATH, HOME, INFRA_ENGINE: engine, ...(INFRA_CACHE ? { INFRA_CACHE } : {}) };
    const child = spawn(process.execPath, [command, ...args], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += String(chunk)));
    child.on("error", reject).on("close", (code) => {
      resolve({ code, output });
    });
  });

describe.concurrent("the command, given an inventory that must be refused", () => {
  it.each(badInputs().map((each) => [each.name, each] as const))(
    "%s: exits 1 with place, value, rule and remedy, and writes only its result",
    async (name, each) => {
      const folder = join(root, name.replaceAll(/\W+/g, "-"));
      writeBadInput(each, join(folder, "inventory"));
      writeFileSync(join(folder, "package.json"), '{ "infra": {} }');
      symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
      const before = treeOf(folder);
      // A cycle has no beginning: where it is reported depends on where the reading begins.
      const wanted = each.expect.rule.includes("cycle") ? [] : [each.deployment];
      const { code, output } = await infra(folder, "plan", ...wanted, "--offline");
      const { file, line, column, value, rule, remedy } = each.expect;
      const place = file === undefined ? "" : `inventory/${file}:${String(line)}:${String(column)} `;
      expect(code, output).toBe(1);
      for (const part of [place, value, rule, remedy]) expect(output).toContain(part);
      expect(output).not.toContain("unexpected:");
      expect(treeOf(folder)).toEqual(before);
    },
  );
});
