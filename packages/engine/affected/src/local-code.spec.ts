import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FactsCache } from "./facts-cache.js";
import { LocalCodeReader } from "./local-code.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "code-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

function codeOf(folder: string) {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => /\.\w+$/.test(file));
  const hashes = new Map(files.map((file) => [file, file]));
  return new LocalCodeReader(root, hashes, new FactsCache(join(root, "cache.json"))).of(folder);
}

describe("the code of a folder", () => {
  it("uses the packages that it imports in any way, by their names", () => {
    write(
      "stacks/own/index.ts",
      'import { a } from "@infra/core/testing";\nimport "side";\nexport * from \'other/lib\';\nconst b = await import("later");\n',
    );
    write("stacks/own/old.cjs", "const c = require(`plain`);\n");
    expect(codeOf("stacks/own").packages).toEqual(["@infra/core", "later", "other", "plain", "side"]);
  });

  it("uses files outside of it, and what those use", () => {
    write("stacks/own/index.js", 'require("../shared/names"); require("./inner");\n');
    write("stacks/own/inner.js", "");
    write("stacks/shared/names.js", 'require("./words.json"); require("far");\n');
    write("stacks/shared/words.json", "{}");
    write("stacks/shared/unused.js", 'require("never");\n');
    expect(codeOf("stacks/own")).toEqual({
      files: ["stacks/shared/names", "stacks/shared/names.js", "stacks/shared/words.json"],
      packages: ["far"],
    });
  });

  it("names a file that is not there, which may come", () => {
    write("stacks/own/index.js", 'require("../shared/absent");\n');
    expect(codeOf("stacks/own").files).toEqual(["stacks/shared/absent*"]);
  });
});
