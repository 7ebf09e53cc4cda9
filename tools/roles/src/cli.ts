#!/usr/bin/env node
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Role, roles } from "./collection.js";
import { type Form, runScenario } from "./scenario.js";
import { generated } from "./tables.js";

const USAGE = `Usage: node tools/roles/dist/cli.js <command>

  test [<role> …] [--short]   run the scenarios of the roles, of all when none is named
  tables                      write the generated parts of the READMEs
`;

async function main(): Promise<number> {
  const options = { short: { type: "boolean" }, help: { type: "boolean" } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [command, ...names] = positionals;
  if (command === "tables") return await writeTables();
  if (command === "test") return await test(chosen(names), values.short ? "short" : "long");
  process.stderr.write(USAGE);
  return values.help ? 0 : 1;
}

function chosen(names: readonly string[]): readonly Role[] {
  const all = roles().filter(({ scenario }) => scenario);
  const unknown = names.find((name) => !all.some((role) => role.name === name));
  if (unknown !== undefined)
    throw new Error(
      `${JSON.stringify(unknown)} has no scenario. Use one of ${all.map(({ name }) => name).join(", ")}.`,
    );
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

async function test(chosenRoles: readonly Role[], form: Form): Promise<number> {
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  let failed = 0;
  for (const role of chosenRoles) {
    const { succeeded, unchanged, seconds, output } = await runScenario(role, form, log);
    if (!succeeded) {
      failed += 1;
      process.stdout.write(`${output}\n`);
    }
    const took = unchanged ? "unchanged since it passed" : `${seconds.toFixed(0)} s`;
    process.stdout.write(`${role.name}: ${succeeded ? "passed" : "failed"} (${took})\n`);
  }
  process.stdout.write(`${String(chosenRoles.length - failed)} passed, ${String(failed)} failed\n`);
  return failed > 0 || chosenRoles.length === 0 ? 1 : 0;
}

async function writeTables(): Promise<number> {
  for (const { path, actual, expected } of await generated()) if (actual !== expected) writeFileSync(path, expected);
  return 0;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
