#!/usr/bin/env node
import { writeFileSync } from "node:fs";
import { readmes } from "./readme.js";

async function main(check: boolean): Promise<void> {
  const stale = (await readmes()).filter(({ actual, expected }) => actual !== expected);
  for (const { path, expected } of stale) {
    if (check) console.error(`${path} is stale. Run: node tools/readme/dist/cli.js`);
    else writeFileSync(path, expected);
  }
  process.exitCode = check && stale.length > 0 ? 1 : 0;
}

void main(process.argv.includes("--check"));
