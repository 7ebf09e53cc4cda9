import { expect, it } from "vitest";
import { Profile, rest } from "./profile.js";

const second = 1_000;

function example(): Profile {
  const profile = new Profile();
  const add = (phase: string, deployment: string, begin: number, end: number, what?: string) => {
    profile.add({ phase, deployment, begin: begin * second, end: end * second, ...(what ? { what } : {}) });
  };
  add("deployment", "production/a", 10, 20);
  add("deployment", "production/b", 10, 14);
  add("synthesis", "production/a", 10, 11);
  add("synthesis", "production/b", 10, 13);
  add("plan", "production/a", 11, 18);
  add("provider", "production/a", 12, 15, "PlanResourceChange");
  return profile;
}

it("adds phases up, names the longest, and says what no phase explains", () => {
  const phases = example().phases();
  expect(phases.map(({ phase, count, seconds }) => [phase, count, seconds])).toEqual([
    ["synthesis", 2, 4],
    ["plan", 1, 7],
    ["provider", 1, 3],
    [rest, 2, 3],
    ["deployment", 2, 14],
  ]);
  expect(phases.map(({ longest }) => [longest.deployment, longest.seconds])).toEqual([
    ["production/b", 3],
    ["production/a", 7],
    ["production/a", 3],
    ["production/a", 2],
    ["production/a", 10],
  ]);
});

it("writes complete events in microseconds, a row per deployment and one for its providers", () => {
  const { traceEvents } = example().trace() as { traceEvents: Record<string, unknown>[] };
  const rows = traceEvents.filter(({ ph }) => ph === "M").map(({ args }) => (args as { name: string }).name);
  expect(rows).toEqual(["production/a", "production/b", "production/a (provider)"]);
  const provider = traceEvents.find(({ cat }) => cat === "provider");
  expect(provider).toMatchObject({ name: "PlanResourceChange", ph: "X", ts: 2_000_000, dur: 3_000_000, tid: 3 });
});

it("notes what threw as well", () => {
  const profile = new Profile();
  expect(() =>
    profile.measure("synthesis", "production/a", () => {
      throw new Error("no");
    }),
  ).toThrow("no");
  expect(profile.phases().map(({ phase }) => phase)).toEqual(["synthesis"]);
});

it("has an empty trace of a run in which nothing happened", () => {
  expect(new Profile().trace()).toEqual({ traceEvents: [], displayTimeUnit: "ms", otherData: { phases: [] } });
});
