import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseDocument } from "./document.js";
import { cidr, mapOf, orReference, rule } from "./schema.js";
import { check } from "./validation.js";

const schema = z.strictObject({
  network: orReference(z.strictObject({ cidr: cidr() })).optional(),
  groups: mapOf(
    z.strictObject({
      count: z.int().min(1).max(100).describe("number of servers, 1 to 100"),
      size: z.enum(["small", "medium", "large"]).default("small"),
      zones: z.array(z.string()).optional(),
    }),
  ).default({}),
});

function found(text: string): string[] {
  const result = check(schema, parseDocument("x.yaml", Buffer.from(text)));
  if ("value" in result) throw new Error("nothing is wrong");
  return result.problems.map(
    ({ place, path, message, remedy }) =>
      `${String(place?.line)}:${String(place?.column)} ${path ?? ""}: ${message}. ${remedy}`,
  );
}

describe("check", () => {
  it("gives the parsed value with its defaults", () => {
    expect(check(schema, parseDocument("x.yaml", Buffer.from("groups: { web: { count: 2 } }")))).toEqual({
      value: { groups: { web: { count: 2, size: "small" } } },
    });
  });

  it("accepts a reference where one is allowed", () => {
    expect(check(schema, parseDocument("x.yaml", Buffer.from("network: { output: compute.network }")))).toHaveProperty(
      "value",
    );
  });

  it.each([
    [
      "an unknown value",
      "groups:\n  web: { count: 1, size: medum }\n",
      '2:26 groups.web.size: "medum" is not a known size. Did you mean "medium"?',
    ],
    [
      "an unknown key",
      "groups:\n  web: { cuont: 1, count: 1 }\n",
      '2:10 groups.web.cuont: "cuont" is not a known key. Did you mean "count"?',
    ],
    [
      "a wrong type",
      "groups:\n  web: { count: three }\n",
      '2:17 groups.web.count: "three" is not a number. Expected: number of servers, 1 to 100',
    ],
    [
      "a fraction",
      "groups:\n  web: { count: 1.5 }\n",
      "2:17 groups.web.count: 1.5 is not a whole number. Expected: number of servers, 1 to 100",
    ],
    [
      "too small a number",
      "groups:\n  web: { count: 0 }\n",
      "2:17 groups.web.count: 0 is too small: at least 1. Expected: number of servers, 1 to 100",
    ],
    [
      "a missing value",
      "groups:\n  web: { size: small }\n",
      "2:3 groups.web.count: a value is missing. Expected: number of servers, 1 to 100",
    ],
    [
      "a key that is no name",
      "groups:\n  Web: { count: 1 }\n",
      '2:3 groups.Web: "Web" is not a name. Use 1 to 40 lower-case letters, digits and single dashes; begin with a letter and do not end with a dash',
    ],
    [
      "a wrong value inside a union",
      "network: { cidr: nonsense }\n",
      '1:18 network.cidr: "nonsense" is not an IPv4 network. Write it as <address>/<prefix length>, for example 10.20.0.0/16',
    ],
    [
      "an unknown key inside a union",
      "network: { cdir: 10.0.0.0/8 }\n",
      '1:12 network.cdir: "cdir" is not a known key. Did you mean "cidr"?',
    ],
    ["a list in place of a map", "groups: [1]\n", "1:9 groups: [1] is not a map. Write a map"],
    [
      "a wrong item of a list",
      "groups:\n  web: { count: 1, zones: [a, 7] }\n",
      "2:31 groups.web.zones.1: 7 is not text. Write text",
    ],
  ])("explains %s", (_, text, expected) => {
    expect(found(text)).toContain(expected);
  });

  it("names what is wrong in the branch of a union that the value resembles most", () => {
    const mail = z.strictObject({ priority: z.int(), host: z.string() });
    const authority = z.strictObject({ tag: z.enum(["issue", "iodef"]), value: z.string() });
    const located = parseDocument("x.yaml", Buffer.from("{ tag: isue, value: x }"));
    expect(check(z.union([orReference(z.string()), mail, authority]), located)).toMatchObject({
      problems: [{ path: "tag", message: '"isue" is not a known tag' }],
    });
  });

  it("asks for the value itself, not for a reference, when it is neither", () => {
    const located = parseDocument("x.yaml", Buffer.from("{ name: 5 }"));
    expect(check(z.strictObject({ name: orReference(z.string()) }), located)).toMatchObject({
      problems: [{ path: "name", message: "5 is not text" }],
    });
  });

  it("reports everything that is wrong at once", () => {
    expect(found("groups:\n  web: { count: 0, size: tiny }\n  db: { count: x }\nextra: 1\n")).toHaveLength(4);
  });
});

describe("rule", () => {
  it("carries message and remedy of a custom rule, at the path that it names", () => {
    const limited = rule(z.strictObject({ a: z.number(), b: z.number() }), ({ a, b }) =>
      a < b ? undefined : { message: "a is not below b", remedy: "Raise b", path: ["b"] },
    );
    const result = check(limited, parseDocument("x.yaml", Buffer.from("a: 2\nb: 1\n")));
    expect(result).toMatchObject({
      problems: [{ message: "a is not below b", remedy: "Raise b", path: "b", place: { line: 2, column: 4 } }],
    });
  });
});
