import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Synthesizer } from "../dist/synthesizer.js";

/** An installation whose inventory is a problem that says which process read it. */
const inventory = "exports.loadInventory = () => { throw new Error(String(process.pid)); };";

let root: string;
let synthesizer: Synthesizer;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "synthesizer-"));
  for (const [name, code] of [
    ["core", ""],
    ["inventory", inventory],
  ] as const) {
    mkdirSync(join(root, `node_modules/@infra/${name}`), { recursive: true });
    writeFileSync(join(root, `node_modules/@infra/${name}/index.js`), code);
  }
  synthesizer = new Synthesizer(join(root, "node_modules"));
});
afterEach(() => {
  synthesizer.close();
  rmSync(root, { recursive: true, force: true });
});

/** The process that synthesizes a product. */
async function processOf(): Promise<number> {
  const { problems } = await synthesizer.synthesize({ folder: root, inventory: "inventory", own: {} });
  return Number(problems[0]);
}

describe("a process that synthesizes", { timeout: 120_000 }, () => {
  it("is followed by another when it ended between two products", async () => {
    const first = await processOf();
    process.kill(first, "SIGKILL");
    await vi.waitUntil(() => isGone(first), { timeout: 60_000 });
    expect(await processOf()).not.toBe(first);
  });

  it("is a problem of the product that it ended with, and of that alone", async () => {
    const first = await processOf();
    process.kill(first, "SIGKILL");
    await expect(processOf()).rejects.toThrow(/the synthesis broke/);
    expect(await processOf()).not.toBe(first);
  });
});

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
