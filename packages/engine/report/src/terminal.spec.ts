import { describe, expect, it } from "vitest";
import { type DeploymentResult, noChanges, renderChanges, type RunResult, type Verb } from "@infra/results";
import { renderSummary } from "./terminal.js";

const result = (id: string, more: Partial<DeploymentResult> = {}): DeploymentResult => ({
  id,
  environment: id.split("/")[0]!,
  name: id.split("/")[1]!,
  stack: id.split("/")[1]!,
  provider: "hetzner",
  status: "unchanged",
  counts: noChanges,
  changes: [],
  seconds: 1.26,
  problems: [],
  notes: [],
  text: "",
  ...more,
});

const run = (verb: Verb, ...results: DeploymentResult[]): RunResult => ({ verb, results, exitCode: 0 });
const plain = { colour: false, offline: false };

describe("renderSummary", () => {
  it("puts changed deployments first, then waiting and unchanged ones, failures last with their problems below", () => {
    const text = renderSummary(
      run(
        "plan",
        result("production/a", { status: "failed", problems: [{ message: "it broke", remedy: "Mend it" }] }),
        result("production/b"),
        result("production/c", { status: "waiting", problems: [{ message: "it waits", remedy: "Apply it first" }] }),
        result("staging/e", { status: "changed", counts: { ...noChanges, create: 12 } }),
        result("production/d", { status: "changed", counts: { create: 1, update: 2, replace: 3, delete: 4 } }),
      ),
      plain,
    );
    expect(text.split("\n").map((line) => line.trimEnd())).toEqual([
      "environment  stack  provider  status      +  ~  ±  -  time",
      "production   d      hetzner   changed     1  2  3  4  1.3s",
      "staging      e      hetzner   changed    12  ·  ·  ·  1.3s",
      "production   c      hetzner   waiting     ·  ·  ·  ·  1.3s",
      "production   b      hetzner   unchanged   ·  ·  ·  ·  1.3s",
      "production   a      hetzner   failed      ·  ·  ·  ·  1.3s",
      "",
      "5 deployments: 2 changed, 1 waiting, 1 unchanged, 1 failed; 13 to create, 2 to update, 3 to REPLACE, 4 to DELETE",
      "",
      "it waits. Apply it first",
      "",
      "it broke. Mend it",
    ]);
  });

  it("names the stack of a deployment that is called otherwise", () => {
    expect(renderSummary(run("plan", result("a/jobs", { stack: "compute" })), plain)).toContain(
      " jobs (compute)  hetzner",
    );
  });

  it("says what was done after an apply, and what happened outside for drift", () => {
    const changed = result("a/b", { status: "applied", counts: { ...noChanges, update: 1, replace: 1 } });
    expect(renderSummary(run("apply", changed), plain)).toContain("1 deployment: 1 applied; 1 updated, 1 REPLACED");
    const drifted = result("a/b", { status: "changed", counts: { ...noChanges, update: 1, delete: 1 } });
    expect(renderSummary(run("drift", drifted), plain)).toContain("1 changed outside, 1 DELETED outside");
  });

  it("says that it is offline, and what that means", () => {
    const offline = { colour: false, offline: true };
    expect(renderSummary(run("plan", result("a/b")), offline)).toContain("nothing real was changed");
    expect(renderSummary(run("plan", result("a/b")), plain)).not.toContain("Offline");
  });

  it("shows a note that several deployments have once", () => {
    const results = ["a/b", "a/c", "a/d"].map((id) =>
      result(id, { notes: ["the same", ...(id === "a/c" ? ["own"] : [])] }),
    );
    const text = renderSummary(run("plan", ...results), plain);
    expect(text.split("\n").slice(-2)).toEqual(["a/b and 2 more: the same", "a/c: own"]);
  });

  it("says that there is nothing in an empty inventory", () => {
    expect(renderSummary(run("plan"), plain)).toMatch(/^0 deployments$/m);
  });

  it("shows a note of a deployment, and a problem that several share once", () => {
    const problems = [{ message: "shared", remedy: "Mend it" }];
    const text = renderSummary(
      run(
        "plan",
        result("a/b", { status: "failed", notes: ["took over"], problems }),
        result("a/c", { status: "failed", problems }),
      ),
      plain,
    );
    expect(text).toContain("a/b: took over");
    expect(text.match(/shared/g)).toHaveLength(1);
  });

  it("uses colours only when asked, red for what destroys and what failed", () => {
    const red = "\u001b[31m";
    const results = run(
      "plan",
      result("a/b", { status: "changed", counts: { ...noChanges, create: 5, replace: 1 } }),
      result("a/c", { status: "changed", counts: { ...noChanges, create: 5 } }),
    );
    const lines = renderSummary(results, { colour: true, offline: false }).split("\n");
    expect(lines[1]?.startsWith(red)).toBe(true);
    expect(lines[2]?.startsWith("\u001b[32m")).toBe(true);
    expect(renderSummary(results, plain)).not.toContain("\u001b");
  });
});

describe("renderChanges", () => {
  it("gives each resource a line with its mark and place, and its attributes below", () => {
    const text = renderChanges(
      [
        {
          address: "a.long_name",
          action: "replace",
          place: "x.yaml:3",
          attributes: [{ path: "ip", before: "1", after: "2" }],
        },
        { address: "a.b", action: "delete" },
      ],
      true,
    );
    expect(text).toBe("± a.long_name  x.yaml:3\n    ip: 1 → 2\n- a.b          no longer in the inventory");
  });

  it("says when nothing, or nothing but outputs, changes", () => {
    expect(renderChanges([], false)).toBe("no changes");
    expect(renderChanges([], true)).toBe("only outputs change");
    expect(renderChanges([], false, "drift")).toBe("no drift");
  });
});
