import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cacheDirectory, makeOnce } from "@infra/opentofu";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const repository = resolve(__dirname, "../../..");
const preset = join(repository, "renovate/default.json");
/** How this repository itself is kept up to date. */
const own = join(repository, ".github/renovate.json");
// The newest whose validator runs on Node 20; its own manifest asks for a newer Node.
const version = "40.62.1";

interface Preset {
  readonly extends: readonly string[];
  readonly schedule?: readonly string[];
  readonly platformAutomerge?: boolean;
  readonly ignoreTests?: boolean;
  readonly customManagers: readonly {
    readonly managerFilePatterns: readonly string[];
    readonly matchStrings: readonly string[];
  }[];
  readonly packageRules: readonly {
    readonly groupName?: string;
    readonly matchFileNames?: readonly string[];
    readonly matchUpdateTypes?: readonly string[];
    readonly automerge?: boolean;
  }[];
}

let validator: string;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "renovate-"));
  const target = await makeOnce({
    target: join(cacheDirectory(), `renovate-${version}`),
    make: (draft) => {
      mkdirSync(draft, { recursive: true });
      writeFileSync(join(draft, "package.json"), '{ "private": true }');
      const args = ["install", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", `renovate@${version}`];
      execFileSync("npm", args, { cwd: draft, stdio: ["ignore", "ignore", "inherit"] });
      return Promise.resolve(draft);
    },
  });
  validator = join(target, "node_modules/renovate/dist/config-validator.js");
}, 900_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function validate(file: string): { status: number | null; all: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [validator, "--strict", file], {
    encoding: "utf8",
    cwd: folder,
  });
  return { status, all: stdout + stderr };
}

function read(file = preset): Preset {
  return JSON.parse(readFileSync(file, "utf8")) as Preset;
}

/** What a custom manager finds in a text. */
function find(index: number, text: string, file = preset): (Record<string, string> | undefined)[] {
  return (read(file).customManagers[index]?.matchStrings ?? []).map(
    (pattern) => new RegExp(pattern).exec(text)?.groups,
  );
}

describe("the Renovate preset", () => {
  it.each([preset, own])("is right by Renovate's own validator: %s", (file) => {
    expect(existsSync(validator)).toBe(true);
    const { status, all } = validate(file);
    expect([status, all]).toEqual([0, expect.stringMatching(/validated successfully/)]);
  });

  it("would be refused with a misspelt option", () => {
    const file = join(folder, "renovate.json");
    writeFileSync(file, readFileSync(preset, "utf8").replace('"groupName": "nx"', '"groupNam": "nx"'));
    const { status, all } = validate(file);
    expect([status, all]).toEqual([1, expect.stringMatching(/groupNam/)]);
  });

  it("finds versions below a comment, and plugins of Packer", () => {
    const comment = "# renovate: datasource=github-releases depName=opentofu/opentofu\nTOFU := v1.12.0\n";
    expect(find(0, comment)).toEqual([
      expect.objectContaining({ depName: "opentofu/opentofu", currentValue: "1.12.0" }),
    ]);
    const plugin = 'hcloud = {\n  version = ">= 1.6.0"\n  source  = "github.com/hetznercloud/hcloud"\n}\n';
    expect(find(2, plugin)[0]).toMatchObject({ owner: "hetznercloud", plugin: "hcloud", currentValue: "1.6.0" });
  });

  it("groups what moves together, once a week, with actions and images by digest", () => {
    const { packageRules, schedule, extends: presets } = read();
    const words = [
      "infra",
      "facts",
      "providers",
      "provider locks",
      "nx",
      "engine",
      "ansible",
      "packer",
      "images",
      "actions",
    ];
    expect(packageRules.flatMap(({ groupName = [] }) => groupName)).toEqual(words);
    expect(schedule).toHaveLength(1);
    expect(presets).toEqual(expect.arrayContaining(["docker:pinDigests", "helpers:pinGitHubActionDigests"]));
  });

  it("merges by itself only what every check has passed, among them that the plan changes nothing; never a major", () => {
    const { packageRules, platformAutomerge, ignoreTests } = read();
    expect({ platformAutomerge, ignoreTests }).toEqual({ platformAutomerge: false, ignoreTests: false });
    const rules = packageRules.filter(({ automerge }) => automerge !== undefined);
    expect(
      rules.map(({ automerge, matchUpdateTypes = [] }) => [automerge, matchUpdateTypes.includes("major")]),
    ).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it("finds the engine that is installed where there is none, and the providers of this repository's bindings", () => {
    const release = readFileSync(join(repository, "packages/engine/opentofu/src/binary/release.ts"), "utf8");
    const [, pinned] = /PINNED_OPENTOFU = "([^"]+)"/.exec(release) ?? [];
    expect(find(0, release)).toEqual([expect.objectContaining({ depName: "opentofu/opentofu", currentValue: pinned })]);
    const manifest = readFileSync(join(repository, "packages/providers/hcloud/package.json"), "utf8");
    const { version } = JSON.parse(manifest) as { version: string };
    expect(find(0, manifest, own)[0]).toMatchObject({ depName: "hetznercloud/hcloud", currentValue: version });
  });

  it("leaves the files alone that the template keeps in a product", async () => {
    const { ownedFiles } = (await import("@infra/product/owned")) as typeof import("@infra/product/owned");
    const { FsTree } = await import("nx/src/generators/tree");
    const kept = ownedFiles(new FsTree(folder, false), { name: "acme", infra: { ci: ["github", "gitlab"] } }).map(
      ({ path }) => path,
    );
    const named = read().packageRules.flatMap(({ matchFileNames = [] }) => matchFileNames);
    // Editor settings name no version.
    expect(kept.filter((path) => !named.includes(path)).sort()).toEqual([".editorconfig", ".vscode/extensions.json"]);
    expect(named.filter((path) => !kept.includes(path))).toEqual([]);
  });
});
