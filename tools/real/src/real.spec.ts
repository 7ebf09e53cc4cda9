import { OfflineEngine } from "@infra/conformance";
import { beforeAll, describe, expect, it } from "vitest";
import { RealEngine } from "./engine.js";
import { examplesOn } from "./examples.js";
import { validateExamples } from "./real.js";
import type { CloudReport } from "./report.js";

// Nothing listens on port 1: whatever the toolchain did not build cannot be had.
const registry = "http://127.0.0.1:1/";

describe("the real provider of hetzner", () => {
  let report: CloudReport | undefined;
  /** The examples that need no other provider. */
  let own: readonly string[];

  beforeAll(async () => {
    [report] = await validateExamples({ clouds: ["hetzner"], registry });
    const needs = examplesOn("hetzner").map(async ({ name, synthesize }) => {
      const { terraform } = await synthesize();
      return Object.keys(terraform?.required_providers ?? {}).every((each) => each === "hcloud") ? [name] : [];
    });
    own = (await Promise.all(needs)).flat();
  }, 600_000);

  it("finds every example valid", () => {
    expect(report?.invalid).toEqual([]);
    expect(report?.validated).toBe(own.length);
    expect(own.length).toBeGreaterThanOrEqual(8);
  });

  it("plans every example without an account", () => {
    expect(report?.notPlanned).toEqual([]);
    expect(report?.planned).toBe(own.length);
  });

  it("counts examples that need a provider which cannot be had as such", () => {
    const missing = examplesOn("hetzner").filter(({ name }) => !own.includes(name));
    expect(report?.notReachable.map(({ example }) => example)).toEqual(missing.map(({ name }) => name));
  });
});

describe("an example that the real provider refuses", () => {
  const terraform = { required_providers: { hcloud: { source: "registry.opentofu.org/hetznercloud/hcloud" } } };
  const broken = { terraform, resource: { hcloud_volume: { data: { name: "data", size: "large" } } } };

  it("is not valid, with what is wrong", async () => {
    const engine = new RealEngine({ program: await OfflineEngine.find(), timeout: 60_000, registry });
    try {
      expect(await engine.install(broken)).toEqual({ succeeded: true, errors: [] });
      const { succeeded, errors } = await engine.validate(broken);
      expect(succeeded).toBe(false);
      expect(errors.map(({ summary }) => summary)).toEqual(["Incorrect attribute value type"]);
    } finally {
      engine.remove();
    }
  });
});

it("reports a provider that cannot be had, with the reason, and counts nothing of it as a success", async () => {
  const lines: string[] = [];
  const [report] = await validateExamples({ clouds: ["heroku"], registry, log: (line) => lines.push(line) });
  const names = examplesOn("heroku").map(({ name }) => name);
  expect(report).toEqual({
    provider: "heroku",
    examples: names.length,
    validated: 0,
    planned: 0,
    invalid: [],
    notPlanned: [],
    notReachable: names.map((example) => ({
      example,
      message: "heroku/heroku: 127.0.0.1:1 refuses connections",
    })),
  });
  expect(lines).toContain("heroku: heroku/heroku is not reachable: 127.0.0.1:1 refuses connections");
}, 60_000);
