import { describe, expect, it } from "vitest";
import { retried } from "./retried.js";

const quick = { patienceMs: 10_000, firstPauseMs: 1, longestPauseMs: 1 };

/** An action that fails so many times before it succeeds. */
function failing(times: number): () => Promise<string> {
  let left = times;
  return () => ((left -= 1) >= 0 ? Promise.reject(new Error("away")) : Promise.resolve("there"));
}

describe("an action that is repeated", () => {
  it("ends with its first success", async () => {
    expect(await retried(failing(3), { ...quick, passes: () => true })).toBe("there");
  });

  it("ends with a failure that does not pass", async () => {
    await expect(retried(failing(1), { ...quick, passes: () => false })).rejects.toThrow("away");
  });

  it("is attempted so many times at most", async () => {
    let attempts = 0;
    const action = () => Promise.reject(new Error(String((attempts += 1))));
    await expect(retried(action, { ...quick, attempts: 3, passes: () => true })).rejects.toThrow("3");
  });

  it("is not begun again when its time is over", async () => {
    await expect(retried(failing(1), { ...quick, patienceMs: 0, passes: () => true })).rejects.toThrow("away");
  });

  it("is repeated while its result is transient, and the last result is returned", async () => {
    const results = [500, 500, 200];
    const options = { ...quick, passes: () => false, isTransient: (status: number) => status === 500 };
    expect(await retried((attempt) => Promise.resolve(results[attempt - 1] ?? 0), options)).toBe(200);
    expect(await retried(() => Promise.resolve(500), { ...options, attempts: 2 })).toBe(500);
  });

  it("pauses at least as long as a server asks for", async () => {
    const pauses: number[] = [];
    const options = { ...quick, attempts: 2, passes: () => false, onPause: (pause: number) => void pauses.push(pause) };
    await retried(() => Promise.resolve("busy"), { ...options, isTransient: () => 20 });
    expect(pauses).toEqual([20]);
  });
});
