#!/usr/bin/env node

import { datedFacts, staleTables, today } from "@infra/facts";
import { type ProviderName, providerNames, suggest } from "@infra/inventory";
import { datedPrices } from "@infra/facts/prices";
import { parseArgs } from "node:util";
import {
  applyPrices,
  compare,
  countsOf,
  isWrong,
  judgeFile,
  priceReaders,
  problemsOf,
  readers,
  readFacts,
  readPrices,
  regionsOf,
  writeFacts,
  writePrices,
} from "./index.js";

const help = `Checks the tables of regions, sizes, images and prices in packages/facts.

Usage: node tools/facts/dist/cli.js [cloud...] [--refresh] [--prices]
       node tools/facts/dist/cli.js compare <csv...>

  cloud      the clouds to check; all when none is named
  --refresh  ask the clouds what they have, and correct the tables. Hetzner, DigitalOcean and Heroku are asked over HTTP with
             HCLOUD_TOKEN, DIGITALOCEAN_TOKEN and HEROKU_API_KEY; the others through their commands aws, gcloud, az and oci
  --prices   read the prices of the clouds, and correct the price lists. AWS, Azure and Oracle want no account; Hetzner,
             DigitalOcean and Google Cloud want HCLOUD_TOKEN, DIGITALOCEAN_TOKEN and GCP_BILLING_API_KEY
  compare    compare the tables with rows of public material, and count the rows by verdict

Exit code 1 when a table is wrong, a row differs, or a cloud cannot be asked. A table older than 90 days is a warning.`;

async function main(): Promise<number> {
  const options = {
    refresh: { type: "boolean" },
    prices: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (positionals[0] === "compare") return comparedWith(positionals.slice(1));
  const clouds = positionals.length > 0 ? positionals.map(cloudOf) : providerNames;
  let failed = false;
  for (const cloud of clouds) {
    if (values.refresh) failed = !(await attempt(cloud, () => refresh(cloud))) || failed;
    if (values.prices) failed = !(await attempt(cloud, () => refreshPrices(cloud))) || failed;
    failed = report(cloud) || failed;
  }
  return failed ? 1 : 0;
}

function cloudOf(text: string): ProviderName {
  const known = providerNames.find((name) => name === text);
  if (known) return known;
  throw new Error(`${JSON.stringify(text)} is not a cloud. ${suggest(text, providerNames)}`);
}

/** Counts the rows of files by verdict, and names those that differ. */
function comparedWith(files: readonly string[]): number {
  if (files.length === 0) throw new Error("compare needs a file. Name one: compare facts.csv");
  let failed = false;
  for (const file of files) {
    const judged = judgeFile(file);
    for (const { name, verdict, why = "" } of judged)
      if (verdict === "wrong" || verdict === "missing") console.error(`${verdict}: ${name}: ${why}`);
    console.log(`${file}: ${countsOf(judged)}`);
    failed = isWrong(judged) || failed;
  }
  return failed ? 1 : 0;
}

/** Does what asks a cloud; false when it failed. */
async function attempt(cloud: ProviderName, action: () => Promise<void>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    console.error(`${cloud}: not refreshed: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

async function refresh(cloud: ProviderName): Promise<void> {
  const { facts, differences } = compare(readFacts(cloud), await readers[cloud](), today());
  writeFacts(cloud, facts);
  for (const difference of differences) console.log(`${cloud} ${difference}`);
}

async function refreshPrices(cloud: ProviderName): Promise<void> {
  const reader = priceReaders[cloud];
  const table = readPrices(cloud);
  if (!reader) {
    console.log(
      `${cloud}: there is no price list that a program can read; look at ${Object.values(table.sources)[0]?.url ?? ""}`,
    );
    return;
  }
  const { prices, differences, unread } = applyPrices(table, await reader(regionsOf(table)), today());
  writePrices(cloud, prices);
  for (const difference of differences) console.log(`${cloud} ${difference}`);
  for (const entry of unread) console.log(`${cloud} ${entry}: not in the list that was read`);
}

/** Prints what the tables of a cloud are worth; true when something is wrong. */
function report(cloud: ProviderName): boolean {
  const facts = readFacts(cloud);
  const tables = Object.entries(facts).map(
    ([name, { date, verified }]) => `${name} ${verified ? "read from the cloud" : "written by hand"} on ${date}`,
  );
  console.log(`${cloud}: ${tables.join(", ")}`);
  for (const { name, date } of staleTables([...datedFacts(cloud), ...datedPrices(cloud)], today()))
    console.log(`${warning()}${name} is of ${date}, more than 90 days ago`);
  const problems = problemsOf(cloud, facts, readPrices(cloud));
  for (const problem of problems) console.error(`${cloud} ${problem}`);
  return problems.length > 0;
}

/** How a warning begins: on GitHub Actions it is shown beside the job. */
function warning(): string {
  return process.env["GITHUB_ACTIONS"] === "true" ? "::warning::" : "warning: ";
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
