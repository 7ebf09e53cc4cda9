import type { ExecutorContext } from "@nx/devkit";
import { afterEach, expect, it, vi } from "vitest";
import { requestOf, textOf } from "./requests.js";
import runExecutor from "./run.js";

const note = "the credentials of production/net could not be revoked";

vi.mock("@infra/engine", () => ({
  problemsIn: () => [],
  run: () => {
    const result = { id: "production/net", status: "unchanged", text: "", notes: [], problems: [] };
    return Promise.resolve({ verb: "plan", results: [result], notes: [note], exitCode: 0 });
  },
}));

afterEach(() => {
  vi.restoreAllMocks();
});

it("prints what is to be known of the whole run, such as credentials that could not be revoked", async () => {
  const printed = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const context = {
    root: "/product",
    projectsConfigurations: { version: 2, projects: {} },
  } as unknown as ExecutorContext;
  const options = { verb: "plan", deployment: "production/net", inventory: "inventory" } as const;
  expect(await runExecutor(options, context)).toEqual({ success: true });
  expect(printed.mock.calls.map(([text]) => String(text)).join("")).toContain(`${note}\n`);
});

it("hands on that a plan is to take what the tables choose now", () => {
  const options = { deployment: "production/net", inventory: "inventory", reselect: true } as const;
  expect(requestOf({ ...options, verb: "plan" }, [], "/product")).toMatchObject({ reselect: true });
  expect(requestOf({ ...options, verb: "apply" }, [], "/product")).not.toHaveProperty("reselect");
});

it("prints the warnings of a deployment before its notes", () => {
  const warning = { message: "the support of debian-12 ended on 2026-06-10", remedy: "Move to debian-13" };
  const result = { id: "production/net", status: "unchanged", text: "", warnings: [warning], notes: ["a note"] };
  expect(textOf(result as never, [])).toBe(
    "production/net: unchanged\nwarning: the support of debian-12 ended on 2026-06-10. Move to debian-13\na note\n",
  );
});
