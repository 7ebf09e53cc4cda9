import { OfflineEngine } from "@infra/conformance";
import { mirrorDirectory, toolPath } from "@infra/toolchain";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RealEngine } from "./engine.js";
import { examplesOn } from "./examples.js";
import { readMirror } from "./mirror.js";
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

describe("a mirror of the user", () => {
  const binary = toolPath("provider-hcloud");
  const source = "registry.opentofu.org/hetznercloud/hcloud";
  const terraform = { required_providers: { hcloud: { source, version: ">= 1.57.0, < 2.0.0" } } };
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "real-spec-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Puts the provider that the toolchain built into the folder, as another version. */
  function put(version: string): void {
    const place = join(folder, source, version, basename(dirname(binary)));
    mkdirSync(dirname(place), { recursive: true });
    mkdirSync(place);
    copyFileSync(binary, join(place, `terraform-provider-hcloud_v${version}`));
  }

  it("comes before what the toolchain built", async () => {
    put("1.58.0");
    const mirror = readMirror(folder);
    const engine = new RealEngine({ program: await OfflineEngine.find(), timeout: 60_000, registry, mirror });
    try {
      const exactly = (version: string) => ({ terraform: { required_providers: { hcloud: { source, version } } } });
      expect(await engine.install(exactly("1.58.0"))).toEqual({ succeeded: true, errors: [] });
      expect((await engine.install(exactly("1.57.0"))).succeeded).toBe(false);
    } finally {
      engine.remove();
    }
  });

  it("is used for the examples, and plans them", async () => {
    symlinkSync(mirrorDirectory(), join(folder, "built"));
    const [report] = await validateExamples({
      clouds: ["hetzner"],
      registry,
      mirror: readMirror(join(folder, "built")),
    });
    expect(report?.invalid).toEqual([]);
    expect(report?.planned).toBeGreaterThanOrEqual(8);
  }, 300_000);

  it("with another version than an example needs makes it not reachable, and says both versions", async () => {
    put("2.0.0");
    const [report] = await validateExamples({ clouds: ["hetzner"], registry, mirror: readMirror(folder) });
    expect(report?.validated).toBe(0);
    expect(report?.invalid).toEqual([]);
    expect(report?.notReachable[0]?.message).toMatch(
      /^hetznercloud\/hcloud: the mirror has 2\.0\.0, the example needs .*1\.57\.0/,
    );
  }, 60_000);

  it("gives arguments to a configuration of a provider that has an alias", async () => {
    const engine = new RealEngine({ program: await OfflineEngine.find(), timeout: 60_000, registry });
    const configuration = {
      terraform,
      provider: { hcloud: [{ alias: "second" }] },
      resource: { hcloud_network: { a: { provider: "hcloud.second", name: "a", ip_range: "10.0.0.0/16" } } },
    };
    try {
      await engine.install(configuration);
      await engine.validate(configuration);
      expect((await engine.plan({}, undefined)).succeeded).toBe(false);
      const override = { provider: { hcloud: [{ alias: "second", token: "0".repeat(64) }] } };
      expect(await engine.plan({}, override)).toEqual({ succeeded: true, errors: [] });
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
