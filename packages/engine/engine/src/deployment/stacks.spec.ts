import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InfraError, loadInventory, type Problem } from "@infra/inventory";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadStack } from "./stacks.js";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "infra-stacks-"));
  mkdirSync(join(root, "inventory/production"), { recursive: true });
  writeFileSync(join(root, "inventory/product.yaml"), "product: acme\nprovider: hetzner\nregion: fsn1\n");
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** What is wrong with the stack of a deployment with this file. */
const problemOf = (text: string): Problem | undefined => {
  writeFileSync(join(root, "inventory/production/up.yaml"), text);
  const [deployment] = loadInventory(join(root, "inventory")).deployments;
  try {
    loadStack(deployment!, root);
  } catch (error) {
    if (error instanceof InfraError) return error.problems[0];
    throw error;
  }
  return undefined;
};

it("points at what names a stack that is not installed", () => {
  const problem = problemOf("config: {}\nstack: ./stacks/none\n");
  expect(problem?.message).toContain('"./stacks/none" is not installed');
  expect(problem?.place).toMatchObject({ line: 2, column: 8 });
});

it("points at the beginning of a file whose name is that of a stack that is not installed", () => {
  expect(problemOf("\n\nconfig: {}\n")?.place).toMatchObject({ line: 1, column: 1 });
});
