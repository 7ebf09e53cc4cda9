#!/usr/bin/env node
// Stands in for the `op` command of 1Password: the calls that the tier makes, over a JSON file named by OP_STAND_IN.
import { readFileSync, writeFileSync } from "node:fs";

const file = process.env.OP_STAND_IN;
const vaults = JSON.parse(readFileSync(file, "utf8"));
const args = process.argv.slice(2);
const option = (name) => args[args.indexOf(name) + 1];

const fail = (text) => {
  process.stderr.write(`[ERROR] 2026/11/21 10:00:00 ${text}\n`);
  process.exit(1);
};
const print = (value) => process.stdout.write(JSON.stringify(value));
const stdin = () => JSON.parse(readFileSync(0, "utf8"));

if (process.env.OP_SERVICE_ACCOUNT_TOKEN === "cut") fail("dial tcp: lookup my.1password.com: no such host");
if (process.env.OP_SERVICE_ACCOUNT_TOKEN !== "good")
  fail("You are not currently signed in. Please run `op signin --help` for instructions");
if (!args.includes("--format") || option("--format") !== "json") fail("the tier asks for JSON");
const [noun, verb, subject] = args;
if (noun === "whoami") print({ url: "https://acme.1password.com", user_type: "SERVICE_ACCOUNT" });
else {
  const items = vaults[option("--vault")];
  if (!items) fail(`"${option("--vault")}" isn't a vault in this account. Specify the vault with its ID or name.`);
  const found = items.find(({ id }) => id === subject);
  if (verb === "list") print(items.map(({ id, title }) => ({ id, title })));
  else if (verb === "create") {
    const item = { id: `new${items.length}`, ...stdin() };
    items.push(item);
    print(item);
  } else if (!found) fail(`"${subject}" isn't an item. Specify the item with its UUID, name, or domain.`);
  else if (verb === "get") print(found);
  else if (verb === "edit") print(Object.assign(found, stdin()));
  if (verb === "create" || verb === "edit") writeFileSync(file, JSON.stringify(vaults));
}
