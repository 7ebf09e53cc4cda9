import { describe, expect, it } from "vitest";
import { cidr, domainName, name } from "./schema.js";
import { problemsOfValue } from "./validation.js";

describe("a network", () => {
  it.each([
    ["10.0.0.0/08", "Write 10.0.0.0/8"],
    ["010.0.0.0/8", "Write 10.0.0.0/8"],
    ["10.000.000.000/16", "Write 10.0.0.0/16"],
    ["10.0.0.0/016", "Write 10.0.0.0/16"],
  ])("that is written %s has one canonical spelling", (value, remedy) => {
    expect(problemsOfValue(cidr(), value)).toMatchObject([{ remedy }]);
  });

  it("may have zeros of its own", () => {
    expect(problemsOfValue(cidr(), "10.0.0.0/16")).toEqual([]);
    expect(problemsOfValue(cidr(), "0.0.0.0/0")).toEqual([]);
    expect(problemsOfValue(cidr(), "100.64.0.0/10")).toEqual([]);
  });
});

describe("a domain", () => {
  it.each([
    ["münchen.example", "Write it as DNS knows it, with dots: xn--mnchen-3ya.example"],
    ["Acme.Example", "Write it in lower case with dots, for example acme.example"],
    ["例え.テスト", "Write it as DNS knows it, with dots: xn--r8jz45g.xn--zckzah"],
    ["acme", "Write it in lower case with dots, for example acme.example"],
    ["a b.example", "Write it in lower case with dots, for example acme.example"],
    ["${x}.example", "Write it in lower case with dots, for example acme.example"],
  ])("that is written %s is refused with what to write", (value, remedy) => {
    expect(problemsOfValue(domainName(), value)).toMatchObject([{ remedy }]);
  });
});

describe("a name", () => {
  it.each(["constructor", "toString", "valueOf", "hasOwnProperty", "__proto__", "__defineGetter__"])(
    "is refused where it is %s, which every object has",
    (value) => {
      expect(problemsOfValue(name(), value)).toHaveLength(1);
    },
  );

  it("may be any other word", () => {
    for (const value of ["prototype", "length", "web-1", "a"]) expect(problemsOfValue(name(), value)).toEqual([]);
  });
});
