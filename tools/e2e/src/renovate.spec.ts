import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cacheDirectory, makeOnce } from "@infra/engine/binary";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const repository = resolve(__dirname, "../../..");
const preset = join(repository, "renovate/default.json");
// The newest whose validator runs on Node 20; its own manifest asks for a newer Node.
const version = "40.62.1";

interface Preset {
  readonly customManagers: readonly {
    readonly managerFilePatterns: readonly string[];
    readonly matchStrings: readonly string[];
  }[];
  readonly packageRules: readonly { readonly description: string; readonly matchFileNames?: readonly string[] }[];
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

function read(): Preset {
  return JSON.parse(readFileSync(preset, "utf8")) as Preset;
}

/** What a custom manager of the preset finds in a text. */
function find(index: number, text: string): (Record<string, string> | undefined)[] {
  return (read().customManagers[index]?.matchStrings ?? []).map((pattern) => new RegExp(pattern).exec(text)?.groups);
}

describe("the Renovate preset", () => {
  it("is right by Renovate's own validator", () => {
    expect(existsSync(validator)).toBe(true);
    const { status, all } = validate(preset);
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
    expect(find(1, plugin)[0]).toMatchObject({ owner: "hetznercloud", plugin: "hcloud", currentValue: "1.6.0" });
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
