import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shorten } from "@infra/inventory";

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,120}$/);

describe("shorten", () => {
  it("keeps names that fit", () => {
    expect(shorten("acme-production-web-1", 63)).toBe("acme-production-web-1");
  });

  it("keeps within the limit and never ends with a dash before the hash", () => {
    fc.assert(
      fc.property(name, fc.integer({ min: 12, max: 63 }), (value, limit) => {
        const short = shorten(value, limit);
        expect(short.length).toBeLessThanOrEqual(limit);
        expect(short).not.toMatch(/--[0-9a-f]{8}$/);
      }),
    );
  });

  it("gives different names for different inputs", () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(shorten(a, 24) === shorten(b, 24)).toBe(a === b);
      }),
    );
  });
});
