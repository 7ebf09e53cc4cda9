import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesGlob } from "./glob.js";

/** What a pattern means, by definition: a star takes nothing, or one letter and then goes on. */
function matchesByDefinition(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  if (pattern.startsWith("*"))
    return matchesByDefinition(pattern.slice(1), text) || (text !== "" && matchesByDefinition(pattern, text.slice(1)));
  return text !== "" && pattern[0] === text[0] && matchesByDefinition(pattern.slice(1), text.slice(1));
}

describe("matchesGlob", () => {
  it("takes a star for any letters, and everything else for itself", () => {
    expect(matchesGlob("hcloud_server.*", "hcloud_server.web")).toBe(true);
    expect(matchesGlob("hcloud_server.*", "hcloud_server_network.web")).toBe(false);
    expect(matchesGlob("a.b", "axb")).toBe(false);
    expect(matchesGlob("a*a", "a")).toBe(false);
    expect(matchesGlob("**", "")).toBe(true);
  });

  it("answers as its definition does", () => {
    const letters = (...all: string[]) => fc.string({ unit: fc.constantFrom(...all), maxLength: 8 });
    fc.assert(
      fc.property(letters("a", "b", "*"), letters("a", "b", "["), (pattern, text) => {
        expect(matchesGlob(pattern, text)).toBe(matchesByDefinition(pattern, text));
      }),
      { numRuns: 2000 },
    );
  });

  it("takes no time over many stars", () => {
    const begun = performance.now();
    for (let round = 0; round < 100; round++)
      expect(matchesGlob(`${"*a".repeat(200)}*b`, "a".repeat(4000))).toBe(false);
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});
