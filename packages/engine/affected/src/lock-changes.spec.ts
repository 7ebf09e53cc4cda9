import { describe, expect, it } from "vitest";
import { compareLockFiles } from "./lock-changes.js";
import { parseLockFile } from "./lock-file.js";

/** An npm lock file: places below node_modules, with versions and dependencies. */
function lock(entries: Record<string, readonly [version: string, dependencies?: Record<string, string>]>) {
  const packages = Object.entries(entries).map(([place, [version, dependencies = {}]]) => [
    `node_modules/${place}`,
    { version, integrity: `${place.split("/").pop() ?? ""} ${version}`, dependencies },
  ]);
  return parseLockFile(
    "package-lock.json",
    JSON.stringify({ lockfileVersion: 3, packages: { "": {}, ...(Object.fromEntries(packages) as object) } }),
  );
}

function changes(...versions: [base: ReturnType<typeof lock>, head: ReturnType<typeof lock>]) {
  const { gone, redirected } = compareLockFiles(...versions);
  return { gone: Object.keys(gone), redirected: [...redirected].sort() };
}

const any = { dep: "1 || 2" };

describe("two lock files", () => {
  const base = lock({
    app: ["1.0.0", { host: "1" }],
    host: ["1.0.0", any],
    dep: ["1.0.0"],
    other: ["1.0.0", { dep: "2" }],
    "other/node_modules/dep": ["2.0.0"],
  });

  it("have no changes when they say the same", () => {
    expect(changes(base, base)).toEqual({ gone: [], redirected: [] });
  });

  it("tell who reaches another version of a package though no version came or went", () => {
    const head = lock({
      app: ["1.0.0", { host: "1" }],
      host: ["1.0.0", any],
      dep: ["1.0.0"],
      "host/node_modules/dep": ["2.0.0"],
      other: ["1.0.0", { dep: "2" }],
      "other/node_modules/dep": ["2.0.0"],
    });
    expect(changes(base, head)).toEqual({ gone: [], redirected: ["app", "host"] });
  });

  it("leave to Nx what it sees: a package in another version", () => {
    const head = lock({
      app: ["1.0.0", { host: "1" }],
      host: ["1.0.0", any],
      dep: ["1.1.0"],
      other: ["1.0.0", { dep: "2" }],
      "other/node_modules/dep": ["2.0.0"],
    });
    expect(changes(base, head)).toEqual({ gone: [], redirected: [] });
  });

  it("tell which package is gone, and who used it", () => {
    const head = lock({ app: ["1.0.0", { host: "1" }], host: ["1.0.0"], other: ["1.0.0"] });
    expect(changes(base, head)).toEqual({ gone: ["npm:dep"], redirected: ["app", "host", "other"] });
  });
});
