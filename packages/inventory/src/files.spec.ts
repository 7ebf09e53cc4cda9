import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InfraError } from "./errors.js";
import { findDeploymentFiles, linksIn } from "./files.js";

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "inventory-files-")));
  write("product.yaml", "staging/web.yaml");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), "a: b\n");
  }
}

function messages(): string[] {
  return findDeploymentFiles(folder).problems.map(({ message }) => message);
}

describe("names of inventory files", () => {
  it.each([
    "staging/db.YAML",
    "staging/db.Yaml",
    "staging/db.yml",
    "staging/db.YML",
    "PRODUCT.YML",
    "staging/environment.yml",
  ])("says that %s would be ignored", (name) => {
    write(name);
    expect(messages()).toEqual([expect.stringContaining("would be ignored")]);
  });

  it("refuses two deployments whose resources would have the same names, at the second file", () => {
    write("production/eu-web.yaml", "production-eu/web.yaml");
    const [first] = findDeploymentFiles(folder).problems;
    expect(first?.message).toBe(
      "production/eu-web and production-eu/web would give their resources the same names, production-eu-web-…",
    );
    expect(first?.place?.file).toBe(join(folder, "production/eu-web.yaml"));
  });

  it("takes names that are properties of every object", () => {
    write("constructor/constructor.yaml");
    const { files, problems } = findDeploymentFiles(folder);
    expect(problems).toEqual([]);
    expect(files.map(({ id }) => id)).toEqual(["constructor/constructor", "staging/web"]);
  });
});

describe("a symbolic link", () => {
  it.each([
    ["environment", () => symlinkSync("staging", join(folder, "qa"))],
    ["deployment", () => symlinkSync("web.yaml", join(folder, "staging/db.yaml"))],
    ["environment's settings", () => symlinkSync("../product.yaml", join(folder, "staging/environment.yaml"))],
    ["folder inside an environment", () => symlinkSync("..", join(folder, "staging/all"))],
  ])("is refused where it is an %s, for commands and for Nx", (_what, link) => {
    link();
    expect(messages()).toEqual([expect.stringContaining("is a symbolic link")]);
    expect(linksIn(folder).map(({ message }) => message)).toEqual(messages());
  });

  it("is refused where it is the product's settings", () => {
    rmSync(join(folder, "product.yaml"));
    symlinkSync("staging/web.yaml", join(folder, "product.yaml"));
    expect(messages()).toEqual([expect.stringContaining("product.yaml is a symbolic link")]);
  });

  it("is refused where it is the inventory itself", () => {
    const link = `${folder}-link`;
    symlinkSync(folder, link);
    try {
      expect(() => findDeploymentFiles(link)).toThrow(InfraError);
      expect(linksIn(link)[0]?.message).toContain("is a symbolic link");
    } finally {
      rmSync(link);
    }
  });

  it("is none of the inventory's business elsewhere", () => {
    symlinkSync("/nonexistent", join(folder, "notes.txt"));
    symlinkSync("/nonexistent", join(folder, "node_modules"));
    expect(messages()).toEqual([]);
    expect(linksIn(folder)).toEqual([]);
  });
});
