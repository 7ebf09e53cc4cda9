import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTofu, passphrase, Product } from "../../../test/product.js";

const id = "production/web";
let template: Product;
let product: Product;
const products: Product[] = [];

/** A deployment of servers on Hetzner. CX23 costs 5.99, CX33 8.99 with an IPv4 address, and a GB of volume 0.0572. */
function servers(count: number, size: string, volumes = "{}"): string {
  return `stack: compute
config:
  network: { cidr: 10.20.0.0/16 }
  groups:
    web: { count: ${String(count)}, native: { hetzner: { serverType: ${size} } }, volumes: ${volumes} }
`;
}

beforeAll(async () => {
  template = new Product(await openTofu());
  products.push(template);
  template.write(`inventory/${id}.yaml`, servers(2, "cx23"));
}, 900_000);
beforeEach(() => {
  product = new Product(template.engine, {}, template);
  products.push(product);
});
afterAll(() => {
  for (const each of products) each.remove();
});

function settings(text: string): void {
  product.write("inventory/product.yaml", `product: acme\nprovider: hetzner\nregion: fsn1\n${text}`);
}

function git(...args: string[]): string {
  const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
  return execFileSync("git", [...identity, ...args], { cwd: product.root, encoding: "utf8" });
}

function commit(): void {
  product.write(".gitignore", "node_modules\n.infra\n");
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-qm", "chore: start");
}

describe("infra cost", { timeout: 240_000 }, () => {
  it("says what a deployment costs, and what an apply would change: creation, nothing, growth and shrinking", async () => {
    const created = await product.infra("cost", "--offline");
    expect(created.code, created.output).toBe(0);
    expect(created.stdout).toMatch(/production +web \(compute\) +hetzner +11\.98 EUR +\+11\.98 EUR/);
    expect(created.stdout).toContain("Offline: planned with no account");
    expect(created.stdout).toMatch(/List prices without taxes: hetzner .*not verified/);

    expect((await product.infra("apply", id, "--offline", "--yes")).code).toBe(0);
    expect((await product.infra("cost", "--offline")).stdout).toContain("11.98 EUR per month, no change");

    product.write(`inventory/${id}.yaml`, servers(2, "cx33", "{ data: { size: 100 } }"));
    const grown = (await product.infra("cost", "--offline")).stdout;
    expect(grown).toContain("29.42 EUR per month, +17.44 EUR");
    expect(grown).toMatch(/hcloud_server\.\S+web_1 +8\.99 EUR +\+3\.00 EUR/);
    expect(grown).toMatch(/hcloud_volume\.\S+web_1_data +5\.72 EUR +\+5\.72 EUR/);

    product.write(`inventory/${id}.yaml`, servers(1, "cx23"));
    expect((await product.infra("cost", "--offline")).stdout).toContain("5.99 EUR per month, -5.99 EUR");
    expect((await product.results("plan", id, "--offline")).code).toBe(2);
  });

  it("keeps a saved plan as it is", async () => {
    await product.infra("plan", id, "--offline");
    await product.infra("cost", "--offline");
    const applied = await product.infra("apply", id, "--offline", "--yes");
    expect(applied.code, applied.output).toBe(0);
  });

  it("lists what has no price, and never counts it as nothing", async () => {
    product.write(
      `inventory/${id}.yaml`,
      "stack: compute\nconfig:\n  network: { cidr: 10.20.0.0/16 }\n  groups:\n    web: { native: { hetzner: { serverType: cx99 } } }\n",
    );
    const { code, stdout } = await product.infra("cost", "--offline");
    expect(code).toBe(0);
    expect(stdout).toMatch(/hetzner +\? +· +1 unpriced/);
    expect(stdout).toContain('unpriced: hcloud_server.compute_web_1: no price is known for server_type "cx99"');
  });

  it("fails above a limit, with its place, and in JSON too", async () => {
    settings("cost: { monthly: 10, increase: 5 }\n");
    const { code, stdout } = await product.infra("cost", "--offline");
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /inventory\/product\.yaml:4:\d+ cost\.monthly: production would cost 11\.98 EUR per month, more than 10\.00/,
    );
    expect(stdout).toMatch(/cost\.increase: production would cost 11\.98 EUR per month more than now, above 5\.00/);
    const json = JSON.parse((await product.infra("cost", "--offline", "--json")).stdout) as object;
    expect(json).toMatchObject({ verb: "cost", exitCode: 1, problems: [{ path: "cost.monthly" }, {}] });
  });

  it("holds an environment to its own limit, over all of its deployments", async () => {
    settings("cost: { monthly: 10 }\n");
    product.write("inventory/production/environment.yaml", "cost: { monthly: 20 }\n");
    expect((await product.infra("cost", "--offline")).code).toBe(0);
    product.write("inventory/production/jobs.yaml", servers(2, "cx23").replace("10.20", "10.30"));
    const { code, stdout } = await product.infra("cost", "--offline");
    expect(code).toBe(1);
    expect(stdout).toContain("inventory/production/environment.yaml:1");
    expect(stdout).toContain("production would cost 23.96 EUR per month, more than 20.00");
  });

  it("refuses limits that say nothing", async () => {
    settings("cost: {}\n");
    const { code, output } = await product.infra("cost", "--offline");
    expect(code).toBe(1);
    expect(output).toMatch(/the limits are empty\. Say monthly or increase/);
  });

  it("compares with what an earlier run printed", async () => {
    product.write("before.json", (await product.infra("cost", "--offline", "--json")).stdout);
    product.write(`inventory/${id}.yaml`, servers(3, "cx23"));
    settings("cost: { increase: 5 }\n");
    const { code, stdout } = await product.infra("cost", "--offline", "--compare-to", "before.json");
    expect(code).toBe(1);
    expect(stdout).toContain("17.97 EUR per month, +5.99 EUR");
    expect(stdout).toContain("production would cost 5.99 EUR per month more than now, above 5.00");
    product.write("other.json", "{}");
    expect((await product.infra("cost", "--offline", "--compare-to", "other.json")).output).toContain(
      "other.json is no result of infra cost",
    );
  });

  it("compares with the inventory of a git revision: grown, new and removed deployments", async () => {
    product.write("inventory/production/old.yaml", servers(1, "cx23").replace("10.20", "10.40"));
    commit();
    product.write(`inventory/${id}.yaml`, servers(3, "cx23"));
    product.write("inventory/production/new.yaml", servers(1, "cx33").replace("10.20", "10.50"));
    execFileSync("rm", [join(product.root, "inventory/production/old.yaml")]);
    const { code, stdout, output } = await product.infra("cost", "--base", "main");
    expect(code, output).toBe(0);
    expect(stdout).toMatch(/web \(compute\) +hetzner +17\.97 EUR +\+5\.99 EUR/);
    expect(stdout).toMatch(/new \(compute\) +hetzner +8\.99 EUR +\+8\.99 EUR/);
    expect(stdout).toMatch(/old \(compute\) +hetzner +0\.00 EUR +-5\.99 EUR/);
    expect(stdout).toContain("26.96 EUR per month, +8.99 EUR");
    expect(stdout).toContain("production/old: is not in the inventory any more");
    expect(git("worktree", "list").trim().split("\n")).toHaveLength(1);
  });

  it("refuses a revision that is not there, and both ways of comparing at once", async () => {
    commit();
    const { code, output } = await product.infra("cost", "--base", "mian");
    expect(code).toBe(1);
    expect(output).toMatch(/git has no "mian" to compare with/);
    expect((await product.infra("cost", "--base", "main", "--compare-to", "x")).output).toContain("exclude each other");
  });

  it.each([
    ["--base", "mian"],
    ["--compare-to", "absent.json"],
  ])("looks at %s before it plans anything", async (option, value) => {
    commit();
    expect((await product.infra("cost", "--offline", option, value)).code).toBe(1);
    expect(product.has(product.work(id))).toBe(false);
  });

  it("prints Markdown for comments", async () => {
    const { stdout } = await product.infra("cost", "--offline", "--markdown");
    expect(stdout).toMatch(/^\*\*1 deployment: 11\.98 EUR per month, \+11\.98 EUR\*\*\n/);
    expect(stdout).toContain("| production | web (compute) | hetzner | 11.98 EUR | +11.98 EUR | · |");
  });
});

describe("infra cost with Infracost", { timeout: 240_000 }, () => {
  const canary = "canary-6vQ2mX9t";

  /** A stand-in for the program, which keeps what it is given and prices one resource. */
  function standIn(script: string): Record<string, string> {
    product.write("bin/infracost", `#!${process.execPath}\n${script}`);
    chmodSync(join(product.root, "bin/infracost"), 0o755);
    const path = `${join(product.root, "bin")}:${process.env["PATH"] ?? ""}`;
    return {
      INFRACOST_API_KEY: "ico-key",
      INFRA_STATE_PASSPHRASE: passphrase,
      PATH: path,
      AWS_SECRET_ACCESS_KEY: canary,
    };
  }

  const priced = `const fs = require("fs");
const plan = process.argv[process.argv.indexOf("--path") + 1];
fs.writeFileSync("${"SEEN"}", JSON.stringify({ argv: process.argv.slice(2), plan: fs.readFileSync(plan, "utf8"), env: process.env }));
const resources = [{ name: "terraform_data.one_data", monthlyCost: "12.34" }];
console.log(JSON.stringify({ currency: "USD", projects: [{ breakdown: { resources }, pastBreakdown: { resources: [] } }] }));`;

  beforeEach(() => {
    execFileSync("rm", ["-r", join(product.root, "inventory/production")]);
    product.write(
      "inventory/production/kept.yaml",
      "stack: ./stacks/values\nconfig:\n  items: { one: x, two: y }\n  kept: { password: secret://acme#password }\n",
    );
  });

  it("uses its prices, and the own ones for what it lacks; it sees no secret and no credential", async () => {
    const seen = join(product.root, "seen.json");
    const env = { ...standIn(priced.replace("SEEN", seen)), INFRA_SECRET_ACME_PASSWORD: canary };
    const { code, stdout, output } = await product.infraWith(env, "cost");
    expect(code, output).toBe(0);
    expect(stdout).toContain("12.34 USD per month, +12.34 USD");
    expect(stdout).toMatch(/unpriced: .*terraform_data\.two_data/);
    const given = JSON.parse(product.read("seen.json")) as {
      argv: string[];
      plan: string;
      env: Record<string, string>;
    };
    expect(given.argv.slice(0, 2)).toEqual(["breakdown", "--path"]);
    expect(JSON.stringify(given)).not.toContain(canary);
    expect(given.env).not.toHaveProperty("INFRA_STATE_PASSPHRASE");
  });

  it("is asked offline too, as pipelines are: it needs no account of a cloud", async () => {
    const env = standIn(priced.replace("SEEN", join(product.root, "seen-offline.json")));
    const { code, output } = await product.infraWith(env, "cost", "--offline");
    expect([code, output]).toEqual([0, expect.stringContaining("12.34 USD per month, +12.34 USD")]);
    const without = { ...env, INFRACOST_API_KEY: "" };
    expect((await product.infraWith(without, "cost", "--offline")).stdout).not.toContain("12.34");
  });

  it("says that the program is not there, and fails when the program does", async () => {
    const env = {
      ...standIn("console.error('Error: no such key'); process.exit(1)"),
      INFRA_SECRET_ACME_PASSWORD: "x1y2z3w4",
    };
    const failed = await product.infraWith(env, "cost");
    expect([failed.code, failed.output]).toEqual([1, expect.stringContaining("infracost failed: Error: no such key")]);
    const absent = await product.infraWith({ ...env, PATH: "/usr/bin:/bin" }, "cost");
    expect([absent.code, absent.output]).toEqual([0, expect.stringContaining("infracost is not on PATH")]);
  });
});
