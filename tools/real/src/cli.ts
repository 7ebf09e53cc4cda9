import { type ProviderName, providerNames } from "@infra/inventory";
import { parseArgs } from "node:util";
import { type Mirror, readMirror } from "./mirror.js";
import { validateExamples } from "./real.js";
import { renderReports } from "./report.js";

const usage = `Usage: node tools/real/dist/cli.js [--only <cloud>]… [--providers <mirror>] [--timeout <seconds>]
       [--json]

Validates every example of every module with the real providers, and plans it where that works without an account. What
cannot be had here is reported as such, and is no success. The exit code is 1 when a provider refuses something.

  --only <cloud>        ${providerNames.join(", ")}; may be repeated (default: all)
  --providers <mirror>  a folder of provider binaries, laid out as a filesystem mirror (default: only what the toolchain built)
  --timeout <s>         most seconds of one call of the engine (default: 180)
  --json                print the reports for machines
`;

const options = {
  only: { type: "string", multiple: true },
  providers: { type: "string" },
  timeout: { type: "string", default: "180" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) return print(usage, 0);
  const clouds = values.only ?? providerNames;
  if (!areClouds(clouds)) throw new Error(`${clouds.join(", ")}: there is no such cloud.\n\n${usage}`);
  const timeout = Number(values.timeout);
  if (!(timeout > 0)) throw new Error(`--timeout ${values.timeout} is not a number of seconds.`);
  const log = (line: string) => void process.stderr.write(`real: ${line}\n`);
  const mirror = values.providers === undefined ? undefined : readMirror(values.providers);
  if (mirror) log(`${mirror.folder} has ${contentOf(mirror)}`);
  const reports = await validateExamples({ clouds, timeout, mirror, log });
  const code = reports.some(({ invalid }) => invalid.length > 0) ? 1 : 0;
  return print(values.json ? `${JSON.stringify(reports, undefined, 2)}\n` : renderReports(reports), code);
}

/** `hashicorp/aws 6.20.0, hetznercloud/hcloud 1.57.0`. */
function contentOf({ versions }: Mirror): string {
  return [...versions]
    .map(([source, each]) => `${source.split("/").slice(1).join("/")} ${each.join(" and ")}`)
    .join(", ");
}

function areClouds(names: readonly string[]): names is readonly ProviderName[] {
  return names.every((name) => providerNames.some((known) => known === name));
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
