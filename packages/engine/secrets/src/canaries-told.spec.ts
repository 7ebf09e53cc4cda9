import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type GitHubServer, startGitHub } from "@infra/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SecretReference } from "@infra/inventory";
import { filesWith, formsOf } from "../../test/canaries.js";
import { openTofu, Product, type Ran } from "../../test/product.js";
import { type Receiver, startReceiver } from "../../test/receiver.js";
import { long } from "../../test/remote.js";

const id = "production/net";
const app = "production/app";
const variable = SecretReference.parse("secret://acme/app#password").variable;
const canary = (name: string): string => `canary/${randomBytes(9).toString("base64")}+"${name}" \nüé%41`;
/** What a deployment takes from the secret stores, what the run itself has, and what is in the address of a webhook. */
const password = canary("password");
const passphrase = canary("passphrase");
const token = `canary-${randomBytes(12).toString("hex")}`;
const hook = `canary-${randomBytes(12).toString("hex")}`;
const formats = ["text", "markdown", "html", "json", "junit", "sarif"];

/** A network and a firewall of the emulated cloud, whose labels are what the configuration says. */
const stack = `const { defineStack, resourceName } = require("@infra/core");
const { mapOf, orSecret } = require("@infra/inventory");
const { Firewall } = require("@infra/provider-hcloud/lib/firewall");
const { Network } = require("@infra/provider-hcloud/lib/network");
const { z } = require("zod");
module.exports = defineStack({
  config: z.strictObject({ labels: mapOf(orSecret(z.string())) }),
  build(stack, config) {
    stack.useProvider();
    const labels = Object.fromEntries(Object.entries(config.labels).map(([name, text]) => [name, stack.textOf(text)]));
    new Network(stack, "network", { name: resourceName(stack, []), ipRange: "10.0.0.0/16", labels });
    const rule = [{ direction: "in", protocol: "tcp", port: "22", sourceIps: ["0.0.0.0/0"] }];
    new Firewall(stack, "firewall", { name: resourceName(stack, []), rule, labels });
    return {};
  },
});
`;

let product: Product;
let gitHub: GitHubServer;
let chat: Receiver;
let forms: string[];

beforeAll(async () => {
  [gitHub, chat] = await Promise.all([startGitHub(), startReceiver()]);
  forms = [password, passphrase, token, hook, gitHub.token].flatMap(formsOf);
  product = new Product(await openTofu());
  const folders = { TMPDIR: "tmp", HOME: "home", INFRA_CACHE: "cache" };
  const own = Object.fromEntries(Object.entries(folders).map(([name, folder]) => [name, join(product.root, folder)]));
  for (const folder of Object.values(own)) mkdirSync(folder);
  const environment = {
    ...gitHub.env,
    INFRA_STATE_PASSPHRASE: passphrase,
    HCLOUD_TOKEN: token,
    INFRA_SECRET_ACME_APP_PASSWORD: password,
    INFRA_SECRET_ACME_CHAT_URL: `${chat.url}/services/${hook}`,
  };
  Object.assign(product, { env: { ...own, ...environment } });
  product.write("stacks/secret/index.js", stack);
  product.write("inventory/product.yaml", productFile);
  product.write(
    `inventory/${id}.yaml`,
    "stack: ./stacks/secret\nconfig: { labels: { one: secret://acme/app#password } }\n",
  );
  product.write("event.json", JSON.stringify({ issue: { number: gitHub.pullRequest, pull_request: {} } }));
});
afterAll(async () => {
  product.remove();
  await Promise.all([gitHub.close(), chat.close()]);
});

const productFile = `product: acme
provider: hetzner
region: fsn1
allow: { provisioners: true }
notify:
  chat: { kind: slack, url: secret://acme/chat#url, events: [drift, failed, applied] }
`;

const inventoryOf = (script: string): string =>
  `stack: ./stacks/values\nconfig:\n  kept: { one: secret://acme/app#password }\n  script: ${JSON.stringify(script)}\n`;

/** Runs a command that neither says nor leaves nor tells a canary; the emulated cloud has what a cloud has. */
const infra = async (code: number, ...args: string[]): Promise<Ran> => {
  const ran = await product.infra(...args);
  expect(ran.code, ran.output).toBe(code);
  for (const form of forms) expect(ran.output).not.toContain(form);
  expect(filesWith(product.root, forms).filter((file) => !file.endsWith("/cloud.jsonl"))).toEqual([]);
  const told = chat.received.map(({ text }) => text).join("\n");
  const kept = JSON.stringify([gitHub.issues(), gitHub.comments(), gitHub.statuses()]);
  for (const form of forms) expect(told + kept).not.toContain(form);
  return ran;
};
const report = async (verb: string): Promise<string> => {
  await infra(0, "report", "--verb", verb, "-f", ...formats, "-o", "reports");
  return product.read(`reports/${verb}.md`);
};
describe("canaries", { timeout: 600_000 }, () => {
  it("are in no report of a plan in any format, and in no comment that is made of one", async () => {
    product.write(`inventory/${app}.yaml`, inventoryOf(`echo "refused: $TF_VAR_${variable}" >&2; exit 7`));
    const { stdout } = await infra(2, "plan", app);
    expect(stdout).toContain("1 secret is from environment");
    expect(await report("plan")).toContain("terraform_data");
    await infra(0, "comment", "--file", "reports/plan.md", "--pull-request", String(gitHub.pullRequest));
    expect(gitHub.comments()).toMatchObject([{ body: expect.stringContaining("terraform_data") as string }]);
  });

  it("are in no report of an apply that fails and repeats one, and in no message about it", async () => {
    const { stdout } = await infra(1, "apply", app, "--yes", "--notify");
    expect(stdout).toContain("refused: ***");
    expect(await report("apply")).toContain("refused:");
    expect(chat.received).toMatchObject([{ text: expect.stringContaining(app) as string }]);
  });

  it("are in no issue about drift, in no message about it, and in no report", async () => {
    await infra(0, "apply", id, "--offline", "--yes");
    const labels = { one: password, owner: token };
    product.edit(id, ({ type }) => type === "hcloud_network", { labels });
    const { stdout } = await infra(2, "drift", id, "--offline", "--issues", "--notify", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ issues: [{ change: "opened" }], notified: ["chat"], problems: [] });
    expect(gitHub.issues()).toMatchObject([
      { title: `Drift: ${id}`, body: expect.stringContaining("labels") as string },
    ]);
    expect(await report("drift")).toContain("labels");
    if (!long) return;
    await infra(0, "issues");
    await infra(0, "notify", "--verb", "drift");
  });

  it("are in nothing that the policy, the prices and a trial say", async () => {
    const { stdout } = await infra(1, "policy", id, "--offline");
    expect(stdout).toContain("(open-ssh)");
    await report("policy");
    await infra(0, "cost", id, "--offline", "--json");
    expect((await infra(1, "test", id)).stdout).toContain("policy failed");
  });
});
