import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { originOf } from "./manifests.js";
import { publishablePackages, workspacesOf } from "./release.js";

const repository = resolve(__dirname, "../../..");
const packages = publishablePackages(repository);
let folder: string;
/** The tarball of each package, as npm would publish it, by the package's name. */
const tarballs = new Map<string, Buffer>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "packages-"));
  const chosen = packages.flatMap(({ manifest }) => ["--workspace", manifest.name]);
  const args = ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder, ...chosen];
  execFileSync("npm", args, { cwd: repository, stdio: ["ignore", "ignore", "inherit"] });
  const files = readdirSync(folder);
  for (const { manifest } of packages) {
    const file = `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`;
    if (files.includes(file)) tarballs.set(manifest.name, readFileSync(join(folder, file)));
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function tarballOf(name: string): Uint8Array {
  const tarball = tarballs.get(name);
  if (!tarball) throw new Error(`npm packed no ${name}`);
  return new Uint8Array(tarball);
}

describe.each(packages.map(({ folder: place, manifest }) => [manifest.name, place] as const))("%s", (name, place) => {
  const manifest = JSON.parse(readFileSync(join(repository, place, "package.json"), "utf8")) as Record<string, unknown>;

  it("says its licence, where it comes from, and that it is published with its provenance", () => {
    // To mend it: node tools/e2e/dist/manifests.js
    expect(manifest).toMatchObject({ license: "MPL-2.0", type: "commonjs", ...originOf(repository, place) });
    expect(manifest["files"], "files").toBeDefined();
    expect(manifest["exports"], "exports").toHaveProperty(["./package.json"]);
    expect(existsSync(join(repository, place, "README.md")), "README.md").toBe(true);
  });

  it("pins the other packages of the repository in exact versions, but for facts", () => {
    const versions = new Map(
      workspacesOf(repository).map((workspace) => [workspace.manifest.name, workspace.manifest.version]),
    );
    const pins = Object.entries((manifest["dependencies"] ?? {}) as Record<string, string>).filter(([each]) =>
      versions.has(each),
    );
    // Facts are released alone: their next version reaches every package without another release of it.
    const range = (each: string) => (each === "@infra/facts" ? "^" : "") + String(versions.get(each));
    expect(pins).toEqual(pins.map(([each]) => [each, range(each)]));
  });

  it("is clean by publint", async () => {
    const { publint } = await import("publint");
    const { formatMessage } = await import("publint/utils");
    const tarball = tarballOf(name);
    const { messages, pkg } = await publint({ pack: { tarball: tarball.buffer as ArrayBuffer }, strict: true });
    // Stacks and generators are default exports: the engine and Nx load them with require.
    const shown = messages.filter(({ code }) => code !== "CJS_WITH_ESMODULE_DEFAULT_EXPORT");
    expect(shown.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it("has types that are what is loaded, by arethetypeswrong", async () => {
    const { checkPackage, createPackageFromTarballData } = await import("@arethetypeswrong/core");
    const checked = await checkPackage(createPackageFromTarballData(tarballOf(name)));
    // Subpaths of `exports` are unknown to the resolution of Node 10, which nothing here supports; default exports are for require.
    const problems =
      checked.types === false
        ? []
        : checked.problems.filter(
            (problem) =>
              !("resolutionKind" in problem && problem.resolutionKind === "node10") &&
              problem.kind !== "CJSOnlyExportsDefault",
          );
    expect(problems).toEqual([]);
  });

  it("holds no sources, tests or build leftovers", async () => {
    const { createPackageFromTarballData } = await import("@arethetypeswrong/core");
    const files = createPackageFromTarballData(tarballOf(name)).listFiles();
    expect(
      files.filter((file) => /\.spec\.|\.tsbuildinfo$|\/@infra\/[^/]+\/(?:node_modules|test)\//.test(file)),
    ).toEqual([]);
  });
});

describe("a release", () => {
  it("is configured for packages that exist, and every changeset names them", () => {
    const names = new Set(packages.map(({ manifest }) => manifest.name));
    const changesets = readdirSync(join(repository, ".changeset")).filter(
      (file) => file.endsWith(".md") && file !== "README.md",
    );
    for (const file of changesets) {
      const [, head = ""] = readFileSync(join(repository, ".changeset", file), "utf8").split("---\n");
      for (const [, name = ""] of head.matchAll(/^"([^"]+)": (?:patch|minor|major)$/gm))
        expect(names, file).toContain(name);
    }
    const { access, baseBranch, ignore } = JSON.parse(
      readFileSync(join(repository, ".changeset/config.json"), "utf8"),
    ) as Record<string, unknown>;
    expect({ access, baseBranch, ignore }).toEqual({ access: "public", baseBranch: "main", ignore: [] });
  });

  it("is what Changesets can plan", async () => {
    const require = createRequire(createRequire(__filename).resolve("@changesets/cli/package.json"));
    const { default: plan } = require("@changesets/get-release-plan") as {
      default: (folder: string) => Promise<{ releases: { name: string }[] }>;
    };
    const { releases } = await plan(repository);
    const known = workspacesOf(repository).map(({ manifest }) => manifest.name);
    expect(releases.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);
  });

  it("tests the packages of others in the versions that a new product pins", () => {
    const { "nx-migrations": migrations } = JSON.parse(
      readFileSync(join(repository, "generators/package.json"), "utf8"),
    ) as {
      "nx-migrations": { packageGroup: { package: string; version: string }[] };
    };
    const { devDependencies } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
    };
    for (const { package: name, version } of migrations.packageGroup)
      expect([name, devDependencies[name]]).toEqual([name, version]);
  });
});
