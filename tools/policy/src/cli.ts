import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { checkPlans } from "./check.js";
import type { Finding } from "./rule.js";

const usage = `Usage: node tools/policy/dist/cli.js <plan.json> [--configuration <cdk.tf.json>] [--protected] [--json]

Checks what \`tofu show -json <plan>\` wrote. The exit code is 1 when a rule refuses something.

  --configuration   the synthesized configuration: only it says which resources \`lifecycle\` keeps from being destroyed
  --protected       the deployment's settings ask for deletion protection
  --json            print an array of { rule, address, message, remedy }
`;

const options = {
  configuration: { type: "string" },
  protected: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) return print(usage, 0);
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new Error(`Name one plan.\n\n${usage}`);
  const { configuration, protected: isProtected } = values;
  const input = {
    plan: readJson(file),
    isProtected,
    ...(configuration ? { configuration: readJson(configuration) } : {}),
  };
  const [findings = []] = await checkPlans([input]);
  const code = findings.length > 0 ? 1 : 0;
  if (values.json) return print(`${JSON.stringify(findings, undefined, 2)}\n`, code);
  return print(
    [...findings.map(textOf), `${String(findings.length)} ${findings.length === 1 ? "finding" : "findings"}\n`].join(
      "",
    ),
    code,
  );
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file} cannot be read as JSON: ${(error as Error).message}`, { cause: error });
  }
}

function textOf({ rule, address, message, remedy }: Finding): string {
  return `${address}: ${message}. ${remedy}. (${rule})\n`;
}

function print(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
