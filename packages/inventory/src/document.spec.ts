import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InfraError } from "./errors.js";
import { parseDocument } from "./document.js";
import { plain } from "./located.js";
import { Reference } from "./reference.js";

const parse = (text: string | Uint8Array) =>
  parseDocument("inventory/x.yaml", typeof text === "string" ? Buffer.from(text) : text);

function problems(text: string | Uint8Array) {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof InfraError) return error.problems;
    throw error;
  }
  throw new Error("no problem found");
}

describe("parseDocument", () => {
  it("reads values with their places", () => {
    const document = parse("a: 1\nb:\n  c: [x, y]\n");
    expect(plain(document)).toEqual({ a: 1, b: { c: ["x", "y"] } });
    expect(document.entries?.get("b")?.entries?.get("c")?.place).toEqual({
      file: "inventory/x.yaml",
      line: 3,
      column: 6,
      endColumn: 12,
    });
  });

  it("reads `{ output: … }` as a reference", () => {
    const value = parse("network: { output: compute.network.id }").entries?.get("network")?.value;
    expect(value).toBeInstanceOf(Reference);
    expect(String(value)).toBe("compute.network.id");
    expect((value as Reference).upstream("staging")).toBe("staging/compute");
  });

  it("reads a reference to another environment", () => {
    const value = parse("x: { output: production/dns.zone }").entries?.get("x")?.value as Reference;
    expect(value.upstream("staging")).toBe("production/dns");
  });

  it.each([
    ["a file that is empty", "", "the file is empty"],
    ["a file of comments", "# nothing\n", "the file is empty"],
    ["a list at the top", "- 1\n", "not a map"],
    ["two documents", "a: 1\n---\nb: 2\n", "second YAML document"],
    ["a key twice", "a: 1\na: 2\n", "YAML"],
    ["an alias without an anchor", "a: *x\n", "alias"],
    ["UTF-16", Buffer.from("a: 1\n", "utf16le"), "NUL"],
    ["Latin-1", Buffer.from("a: caf\xe9\n", "latin1"), "not UTF-8"],
    ["a map as a key", "? { a: 1 }\n: 2\n", "plain text"],
    ["a reference without an output", "a: { output: compute }\n", "not a reference"],
    ["a prototype key", "__proto__: { a: 1 }\n", "__proto__"],
  ])("refuses %s", (_, text, message) => {
    const [first] = problems(text);
    expect(first?.message).toContain(message);
    expect(first?.remedy).not.toBe("");
    expect(first?.place?.file).toBe("inventory/x.yaml");
  });

  it("stops at aliases that grow without end", () => {
    const bomb = [
      "a: &a [x, x, x, x, x, x, x, x, x]",
      ..."bcdefg".split("").map(
        (name, index) =>
          `${name}: &${name} [${Array(9)
            .fill(`*${"abcdefg"[index] ?? ""}`)
            .join(", ")}]`,
      ),
    ];
    expect(problems(bomb.join("\n"))[0]?.message).toContain("unfolds to more than");
  });

  it("stops at an alias inside itself", () => {
    expect(problems("a: &a [*a]")[0]?.message).toMatch(/nests deeper|alias/);
  });

  it("answers any bytes with a document or with problems that have a place", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.string({ maxLength: 200 }).map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          try {
            parse(bytes);
          } catch (error) {
            if (!(error instanceof InfraError)) throw error;
            for (const problem of error.problems) expect(problem.place?.line).toBeGreaterThan(0);
          }
        },
      ),
    );
  });
});
