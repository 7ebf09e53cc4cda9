#!/usr/bin/env node
import { type ProviderName, providerNames, suggest } from "@infra/inventory";
import { parseArgs } from "node:util";
import { compare, problemsOf, readers, readFacts, writeFacts } from "./index.js";

const help = `Checks the tables of regions, sizes and images in packages/core/facts.

Usage: node tools/facts/dist/cli.js [cloud...] [--refresh]

  cloud      the clouds to check; all when none is named
  --refresh  ask the clouds what they have, and correct the tables. Hetzner, DigitalOcean and Heroku are asked over HTTP with
             HCLOUD_TOKEN, DIGITALOCEAN_TOKEN and HEROKU_API_KEY; the others through their commands aws, gcloud, az and oci

Exit code 1 when a table is wrong, or a cloud cannot be asked.`;

async function main(): Promise<number> {
  const options = { refresh: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const clouds = positionals.length > 0 ? positionals.map(cloudOf) : providerNames;
  let failed = false;
  for (const cloud of clouds) {
    if (values.refresh) failed = !(await refreshed(cloud)) || failed;
    failed = report(cloud) || failed;
  }
  return failed ? 1 : 0;
}

function cloudOf(text: string): ProviderName {
  const known = providerNames.find((name) => name === text);
  if (known) return known;
  throw new Error(`${JSON.stringify(text)} is not a cloud. ${suggest(text, providerNames)}`);
}

async function refreshed(cloud: ProviderName): Promise<boolean> {
  try {
    const today = new Date().toISOString().slice(0, 10);
    const { facts, differences } = compare(readFacts(cloud), await readers[cloud](), today);
    writeFacts(cloud, facts);
    for (const difference of differences) console.log(`${cloud} ${difference}`);
    return true;
  } catch (error) {
    console.error(`${cloud}: not refreshed: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

/** Prints what the tables of a cloud are worth; true when something is wrong. */
function report(cloud: ProviderName): boolean {
  const facts = readFacts(cloud);
  const tables = Object.entries(facts).map(
    ([name, { date, verified }]) => `${name} ${verified ? "read from the cloud" : "written by hand"} on ${date}`,
  );
  console.log(`${cloud}: ${tables.join(", ")}`);
  const problems = problemsOf(cloud, facts);
  for (const problem of problems) console.error(`${cloud} ${problem}`);
  return problems.length > 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
