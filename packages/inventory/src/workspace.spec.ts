import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findWorkspace } from "./workspace.js";

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "infra-workspace-")));
  mkdirSync(join(root, "a", "b"), { recursive: true });
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe("findWorkspace", () => {
  it("takes the nearest folder above whose package.json has an infra section", () => {
    writeFileSync(join(root, "package.json"), '{"infra": {"inventory": "wanted"}}');
    writeFileSync(join(root, "a", "package.json"), '{"name": "other"}');
    expect(findWorkspace(join(root, "a", "b"))).toEqual({ root, inventory: "../../wanted" });
    expect(findWorkspace(root)).toEqual({ root, inventory: "wanted" });
  });

  it("takes a folder with an inventory also without a package.json", () => {
    mkdirSync(join(root, "inventory"));
    writeFileSync(join(root, "inventory", "product.yaml"), "");
    expect(findWorkspace(join(root, "a"))).toEqual({ root, inventory: "../inventory" });
  });

  it("takes the inventory that is named, relative to the working folder", () => {
    writeFileSync(join(root, "package.json"), '{"infra": {}}');
    expect(findWorkspace(join(root, "a"), "mine")).toEqual({ root, inventory: "mine" });
  });

  it("refuses a folder that is part of no product, and says what to do", () => {
    expect(() => findWorkspace(join(root, "a"))).toThrow(/not part of a product.*--inventory <folder>/);
  });

  it("refuses a package.json that is no JSON, and names it", () => {
    writeFileSync(join(root, "package.json"), "{");
    expect(() => findWorkspace(root)).toThrow(`${join(root, "package.json")} is not JSON`);
  });
});
