import { parseArgs } from "node:util";
import { ensureEngine, ensureTool, isThere, toolPath } from "./toolchain.js";
import { type ToolName, toolNames, tools } from "./tools.js";

const USAGE = `Usage: node tools/toolchain/dist/cli.js [<tool> …] [--list] [--json]

Installs or builds the tools (all when none is named) and prints their paths.

  tools    ${toolNames.join(", ")}, and "engine": what infra would use; tofu is built when there is none
  --list   only say what there is and whether it is installed
  --json   print an array of { name, version, path, installed }
`;

interface Row {
  readonly name: string;
  readonly version?: string;
  readonly path: string;
  readonly installed: boolean;
}

async function main(): Promise<number> {
  const options = { list: { type: "boolean" }, json: { type: "boolean" }, help: { type: "boolean" } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) return print(USAGE);
  const unknown = positionals.find((name) => name !== "engine" && !isTool(name));
  if (unknown) throw new Error(`${JSON.stringify(unknown)} is not a tool.\n\n${USAGE}`);
  const rows: Row[] = [];
  for (const name of positionals.length > 0 ? positionals : toolNames)
    rows.push(isTool(name) ? await toolRow(name, values.list ?? false) : await engineRow());
  if (values.json) return print(`${JSON.stringify(rows, undefined, 2)}\n`);
  return print(rows.map((row) => `${line(row)}\n`).join(""));
}

async function toolRow(name: ToolName, listOnly: boolean): Promise<Row> {
  const path = listOnly ? toolPath(name) : await ensureTool(name);
  return { name, version: tools[name].version, path, installed: await isThere(path) };
}

async function engineRow(): Promise<Row> {
  return { name: "engine", path: await ensureEngine(), installed: true };
}

function line({ name, version, path, installed }: Row): string {
  return [name, version, installed ? path : "not installed"].filter(Boolean).join("  ");
}

function isTool(name: string): name is ToolName {
  return (toolNames as readonly string[]).includes(name);
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
