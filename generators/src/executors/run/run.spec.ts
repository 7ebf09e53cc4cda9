import type { ExecutorContext } from "@nx/devkit";
import { afterEach, expect, it, vi } from "vitest";
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
