import { expect, it } from "vitest";
import type { InitResult } from "./init-result.js";
import { SharedInits } from "./shared-inits.js";

const made: InitResult = { entries: [] };

it("runs init once for those that begin at the same time, and gives the others what it made", async () => {
  const inits = new SharedInits();
  let count = 0;
  const init = () => Promise.resolve((count++, made));
  expect(await Promise.all([inits.of("a", init), inits.of("a", init), inits.of("a", init)])).toEqual([
    undefined,
    made,
    made,
  ]);
  expect(count).toBe(1);
  expect(await inits.of("b", init)).toBeUndefined();
  expect(count).toBe(2);
});

it("runs it for the next one where it failed, or where what it made is nothing for others", async () => {
  const inits = new SharedInits();
  const failing = inits.of("a", () => Promise.reject(new Error("no registry")));
  const second = inits.of("a", () => Promise.resolve(undefined));
  await expect(failing).rejects.toThrow("no registry");
  expect(await second).toBeUndefined();
  expect(await inits.of("a", () => Promise.resolve(made))).toBeUndefined();
  expect(await inits.of("a", () => Promise.reject(new Error("not run")))).toBe(made);
});
