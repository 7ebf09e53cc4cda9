import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSealed } from "@infra/state";
import { PassphraseCipher } from "./cipher.js";

const passphrase = "correct horse battery staple";
const secret = Buffer.from('{"version":4,"secret":"hunter2"}');

describe("PassphraseCipher", () => {
  it("opens what it sealed, in another session too", async () => {
    const sealed = await new PassphraseCipher(passphrase).seal(secret);
    expect(isSealed(sealed)).toBe(true);
    expect(sealed.includes("hunter2")).toBe(false);
    expect(await new PassphraseCipher(passphrase).open(sealed)).toEqual(secret);
  });

  it("derives the key once for many writes", async () => {
    const cipher = new PassphraseCipher(passphrase);
    await cipher.seal(secret);
    const start = performance.now();
    for (let i = 0; i < 50; i++) await cipher.open(await cipher.seal(secret));
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it("never gives the same bytes twice", async () => {
    const cipher = new PassphraseCipher(passphrase);
    expect(await cipher.seal(secret)).not.toEqual(await cipher.seal(secret));
  });

  it("says so when the passphrase is another one", async () => {
    const sealed = await new PassphraseCipher(passphrase).seal(secret);
    const other = new PassphraseCipher("another passphrase, as long");
    await expect(other.open(sealed)).rejects.toThrow(/another passphrase, or changed bytes/);
  });

  it("refuses a state that is not encrypted", async () => {
    await expect(new PassphraseCipher(passphrase).open(secret)).rejects.toThrow(/encryption is required/);
  });

  it("refuses a short passphrase without repeating it", () => {
    expect(() => new PassphraseCipher("short-secret")).toThrow(/has 12 characters/);
    expect(() => new PassphraseCipher("short-secret")).not.toThrow(/short-secret/);
  });

  it("refuses any change of a sealed state", async () => {
    const cipher = new PassphraseCipher(passphrase);
    const sealed = await cipher.seal(secret);
    const change = fc.tuple(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(change, async ([at, mask]) => {
        const changed = Buffer.from(sealed);
        changed[at] = changed[at]! ^ mask;
        await expect(cipher.open(changed)).rejects.toMatchObject({ code: "refused" });
      }),
      { numRuns: 60 },
    );
  });

  it("refuses every truncation", async () => {
    const cipher = new PassphraseCipher(passphrase);
    const sealed = await cipher.seal(secret);
    for (let length = 0; length < sealed.length; length++) {
      await expect(cipher.open(sealed.subarray(0, length))).rejects.toMatchObject({ code: "refused" });
    }
  });
});
