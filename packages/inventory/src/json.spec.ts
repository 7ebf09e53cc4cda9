import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseJson, readJson } from "./json.js";

it("parses texts and bytes, and tells by undefined what is no JSON", () => {
  expect([parseJson('{"a":"é"}'), parseJson(Buffer.from('{"a":"é"}')), parseJson("{")]).toEqual([
    { a: "é" },
    { a: "é" },
    undefined,
  ]);
});

it("reads files, and tells by undefined what is not there or no JSON", () => {
  const folder = mkdtempSync(join(tmpdir(), "json-"));
  const file = join(folder, "a.json");
  const read = () => [readJson(file), readJson(folder)];
  try {
    expect(read()).toEqual([undefined, undefined]);
    writeFileSync(file, "[1]");
    expect(read()).toEqual([[1], undefined]);
    writeFileSync(file, "[1");
    expect(read()).toEqual([undefined, undefined]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
