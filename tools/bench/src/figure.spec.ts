import { describe, expect, it } from "vitest";
import { type Figure, isMet, median } from "./figure.js";

const figure: Figure = { what: "plan", value: 1.2, unit: "s", against: { what: "bare plan", value: 1 } };

describe("an aim", () => {
  it("can be for the ratio to the bare thing", () => {
    expect(isMet({ ...figure, aim: { of: "ratio", most: 1.1 } })).toBe(false);
    expect(isMet({ ...figure, aim: { of: "ratio", most: 1.3 } })).toBe(true);
  });

  it("can be for the difference from the bare thing", () => {
    expect(isMet({ ...figure, aim: { of: "difference", most: 0.1 } })).toBe(false);
    expect(isMet({ ...figure, aim: { of: "difference", most: 0.6 } })).toBe(true);
  });

  it("can be for the value itself", () => {
    expect(isMet({ ...figure, aim: { of: "value", most: 1 } })).toBe(false);
    expect(isMet({ ...figure, aim: { of: "value", most: 2 } })).toBe(true);
  });

  it("is neither met nor missed where there is none", () => {
    expect(isMet(figure)).toBeUndefined();
  });
});

describe("the median", () => {
  it("is not moved by one slow run", () => {
    expect(median([1, 50, 2])).toBe(2);
  });

  it("lies between the two middle runs", () => {
    expect(median([4, 1, 2, 9])).toBe(3);
  });

  it("of nothing is an error, so that no figure is made up", () => {
    expect(() => median([])).toThrow(RangeError);
  });
});
