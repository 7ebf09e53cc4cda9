import fc from "fast-check";
import { stringify } from "yaml";
import { describe, expect, it } from "vitest";
import { parseDocument } from "./document.js";
import { locatedAt, mergeLocated, placeOf, plain } from "./located.js";

const key = fc.stringMatching(/^[a-z]{1,4}$/).filter((word) => word !== "output");
const leaf = fc.oneof(
  fc.integer(),
  fc.boolean(),
  fc.stringMatching(/^[a-z ]{1,8}$/),
  fc.array(fc.integer(), { maxLength: 3 }),
);
const tree = fc.letrec<{ map: Record<string, unknown> }>((tie) => ({
  map: fc.dictionary(key, fc.oneof(leaf, tie("map")), { minKeys: 1, maxKeys: 4 }),
})).map;

const read = (value: unknown, file = "a.yaml") => parseDocument(file, Buffer.from(stringify(value)));

describe("mergeLocated", () => {
  it("leaves a document merged with itself as it is", () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(plain(mergeLocated(read(value), read(value)))).toEqual(value);
      }),
    );
  });

  it("is associative", () => {
    fc.assert(
      fc.property(tree, tree, tree, (a, b, c) => {
        const left = mergeLocated(mergeLocated(read(a), read(b)), read(c));
        const right = mergeLocated(read(a), mergeLocated(read(b), read(c)));
        expect(plain(left)).toEqual(plain(right));
      }),
    );
  });

  it("keeps every leaf of the later document, with the place it has there", () => {
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        const [earlier, later] = [read(a, "a.yaml"), read(b, "b.yaml")];
        const merged = mergeLocated(earlier, later);
        const visit = (path: string[], value: unknown): void => {
          if (typeof value === "object" && value !== null && !Array.isArray(value))
            for (const [step, inner] of Object.entries(value)) visit([...path, step], inner);
          else expect(locatedAt(merged, path)).toEqual(locatedAt(later, path));
        };
        visit([], b);
      }),
    );
  });

  it("keeps the place of what only the earlier document says", () => {
    const merged = mergeLocated(
      read({ network: { cidr: "10.0.0.0/8" } }, "product.yaml"),
      read({ network: { nat: true } }, "web.yaml"),
    );
    expect(placeOf(merged, ["network", "cidr"])).toMatchObject({ file: "product.yaml", line: 2, column: 3 });
    expect(placeOf(merged, ["network", "nat"])).toMatchObject({ file: "web.yaml", line: 2, column: 3 });
  });

  it("replaces lists as a whole", () => {
    expect(plain(mergeLocated(read({ zones: [1, 2, 3] }), read({ zones: [4] })))).toEqual({ zones: [4] });
  });
});

describe("placeOf", () => {
  it("falls back to the nearest ancestor that is written down", () => {
    expect(placeOf(read({ groups: { web: { count: 1 } } }), ["groups", "web", "size"])).toMatchObject({
      line: 2,
      column: 3,
    });
  });
});
