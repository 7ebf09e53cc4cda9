import { rmSync } from "node:fs";
import { afterAll, describe, expect, it, vi } from "vitest";
import { parseLockFile } from "./lock-file.js";

/** Nx takes the workspace from the environment when it is loaded; of pnpm it reads what that has noted in node_modules. */
const root = vi.hoisted(() => {
  const { mkdirSync, mkdtempSync, writeFileSync } = process.getBuiltinModule("node:fs");
  const folder = mkdtempSync(`${process.getBuiltinModule("node:os").tmpdir()}/lock-`);
  mkdirSync(`${folder}/node_modules`);
  writeFileSync(`${folder}/node_modules/.modules.yaml`, "hoistedDependencies: {}\n");
  process.env["NX_WORKSPACE_ROOT_PATH"] = folder;
  return folder;
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const npm = JSON.stringify({
  lockfileVersion: 3,
  packages: {
    "": { dependencies: { host: "1.0.0" } },
    "node_modules/host": { version: "1.0.0", integrity: "sha512-a", dependencies: { dep: "^2.0.0" } },
    "node_modules/host/node_modules/dep": { version: "2.0.0", integrity: "sha512-b" },
    "node_modules/dep": { version: "1.0.0", integrity: "sha512-c" },
  },
});

const pnpm = `lockfileVersion: '9.0'
settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false
importers:
  .:
    dependencies:
      dep:
        specifier: 1.0.0
        version: 1.0.0
      host:
        specifier: 1.0.0
        version: 1.0.0
packages:
  dep@1.0.0:
    resolution: {integrity: sha512-c}
  dep@2.0.0:
    resolution: {integrity: sha512-b}
  host@1.0.0:
    resolution: {integrity: sha512-a}
snapshots:
  dep@1.0.0: {}
  dep@2.0.0: {}
  host@1.0.0:
    dependencies:
      dep: 2.0.0
`;

const yarn = `__metadata:
  version: 8
  cacheKey: 10c0

"acme@workspace:.":
  version: 0.0.0-use.local
  resolution: "acme@workspace:."
  dependencies:
    dep: "npm:1.0.0"
    host: "npm:1.0.0"
  languageName: unknown
  linkType: soft

"dep@npm:1.0.0":
  version: 1.0.0
  resolution: "dep@npm:1.0.0"
  checksum: 10c0/c
  languageName: node
  linkType: hard

"dep@npm:^2.0.0":
  version: 2.0.0
  resolution: "dep@npm:2.0.0"
  checksum: 10c0/b
  languageName: node
  linkType: hard

"host@npm:1.0.0":
  version: 1.0.0
  resolution: "host@npm:1.0.0"
  dependencies:
    dep: "npm:^2.0.0"
  checksum: 10c0/a
  languageName: node
  linkType: hard
`;

describe("a lock file", () => {
  it.each([
    ["package-lock.json", npm],
    ["pnpm-lock.yaml", pnpm],
    ["yarn.lock", yarn],
  ])("says which versions there are and what each of them reaches: %s", (file, text) => {
    const { packages, fingerprints } = parseLockFile(file, text);
    expect([...packages.keys()].sort()).toEqual(["dep@1.0.0", "dep@2.0.0", "host@1.0.0"]);
    expect([...(packages.get("host@1.0.0")?.targets ?? [])]).toEqual(["dep@2.0.0"]);
    expect(fingerprints.get("dep")?.split("\n")).toHaveLength(2);
  });
});
