import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { filesWith, formsOf } from "../../test/canaries.js";
import { openTofu, passphrase, Product } from "../../test/product.js";
import { readMarkdown } from "../../test/markdown-tree.js";
import type { Report } from "./report.js";

const values = (items: string) => `stack: ./stacks/values\nconfig:\n  items: { ${items} }\n`;
// A laptop: the run of a workflow that tests this is not the run of these commands.
const laptop = { GITHUB_RUN_ID: "", CI_PIPELINE_ID: "", GITHUB_SERVER_URL: "", CI_PROJECT_URL: "", INFRA_RUN: "" };

let product: Product;

vi.setConfig({ testTimeout: 240_000 });
beforeAll(async () => {
  product = new Product(await openTofu(), laptop);
  product.write("inventory/production/up.yaml", values('one: "first"'));
  product.write("inventory/production/down.yaml", values("two: { output: up.items.one }"));
});
afterAll(() => {
  product.remove();
});

async function report(...args: string[]): Promise<Report> {
  const ran = await product.infra("report", "--format", "json", ...args);
  expect(ran.code, ran.output).toBe(0);
  return JSON.parse(ran.stdout) as Report;
}

describe("infra report", () => {
  it("shows what the last run found, in every format", async () => {
    expect((await product.infra("plan", "--offline")).code).toBe(2);
    const found = await report();
    expect(found).toMatchObject({ verb: "plan", offline: true, exitCode: 2 });
    expect(found.results.map(({ id, status }) => [id, status])).toEqual([
      ["production/down", "waiting"],
      ["production/up", "changed"],
    ]);
    expect(found.results.find(({ id }) => id === "production/down")?.origin).toEqual({
      references: ["production/up"],
      files: ["inventory/product.yaml", "inventory/production/down.yaml"],
      package: "./stacks/values",
    });
    expect(JSON.parse((await product.infra("report", "--json")).stdout)).toEqual(found);
    const ran = await product.infra(
      "report",
      "-f",
      "text",
      "markdown",
      "html",
      "json",
      "junit",
      "sarif",
      "-o",
      "reports",
    );
    expect(ran.code, ran.output).toBe(0);
    const read = (ending: string) => product.read(`reports/plan.${ending}`);
    expect(read("txt")).toContain("2 deployments: 1 changed, 1 waiting; 1 to create");
    expect((await readMarkdown(read("md"))).code.join("\n")).toContain("+ terraform_data.");
    expect(read("html")).toContain("<h1>infra plan: 2 deployments: 1 changed, 1 waiting; 1 to create</h1>");
    expect(read("junit.xml")).toContain('tests="2" failures="0" errors="0" skipped="1"');
    expect(read("sarif")).toContain('"ruleId": "infra/plan-waiting"');
  });

  it("mixes no results of an earlier run in, unless both name the same", async () => {
    await product.infra("plan", "production/up", "--offline");
    expect((await report()).results.map(({ id }) => id)).toEqual(["production/up"]);
    for (const name of ["down", "up"])
      await product.infraWith({ INFRA_RUN: "mine" }, "plan", `production/${name}`, "--offline");
    expect((await report()).results).toHaveLength(2);
    const ran = await product.infraWith({ INFRA_RUN: "other" }, "report", "-f", "markdown");
    expect(ran.stdout).toContain("no deployment is affected");
    expect(ran.stderr).toContain("results of other runs that were left out: 2");
  });

  it("shows applies and drift apart from plans, and what failed with its problem", async () => {
    expect((await product.infra("apply", "production/up", "--offline", "--yes")).code).toBe(0);
    expect((await report("--verb", "apply")).results).toMatchObject([{ id: "production/up", status: "applied" }]);
    product.write("inventory/production/bad.yaml", "stack: ./stacks/values\nconfig:\n  itms: {}\n");
    expect((await product.infra("plan", "production/bad", "--offline")).code).toBe(1);
    expect((await report()).results).toMatchObject([
      { status: "failed", problems: [{ place: { file: "inventory/production/bad.yaml", line: 3 } }] },
    ]);
    const { stdout } = await product.infra("report", "--format", "markdown");
    expect(stdout).toContain("`production/bad` **failed**\n\n```text\n inventory/production/bad.yaml:3:3 ");
  });

  it("shows a run that could not begin as a failure of all that it was asked for", async () => {
    const [env, down] = [{ INFRA_RUN: "broken" }, product.read("inventory/production/down.yaml")];
    product.write("inventory/production/down.yaml", "stak: x\n");
    expect((await product.infraWith(env, "plan", "--offline")).code).toBe(1);
    const ran = await product.infraWith(env, "report", "--format", "markdown");
    expect(ran.stdout).toContain("`production/bad`, `production/down`, `production/up` **failed**");
    expect(ran.stdout).toContain("inventory/production/down.yaml:1:1 ");
    product.write("inventory/production/down.yaml", down);
  });

  it("reads what --json wrote, and shows nothing of files that it names", async () => {
    product.write("secret.yaml", "canary: 1\n");
    const { results } = await report();
    const problems = [{ message: "wrong", remedy: "Mend it", place: { file: "secret.yaml", line: 1, column: 1 } }];
    product.write(
      "run.json",
      JSON.stringify({ verb: "plan", results: results.map((each) => ({ ...each, problems })) }),
    );
    const { stdout } = await product.infra("report", "--from", "run.json");
    expect(stdout).toContain("secret.yaml:1:1 wrong. Mend it");
    expect(stdout).not.toContain("canary");
  });

  it("forgets results when it is told to", async () => {
    expect((await product.infra("report", "--clean")).code).toBe(0);
    expect(product.has(".infra/results")).toBe(false);
    expect((await report()).results).toEqual([]);
  });

  it.each([
    [["--limit", "12"], "Use a whole number of 4000 or more."],
    [["--key", "-->"], "Use lower-case letters and digits"],
    [["--format", "pdf"], "Allowed choices are text, markdown, html"],
    [["--format", "markdown", "html"], "several formats can't share the standard output"],
    [["--format", "json", "html", "--output", "package.json"], "package.json is a file. Name a folder"],
    [["--format", "html", "--output", "inventory"], "inventory is a folder. Name a file"],
    [["--base", "nowhere"], "is not in a git repository. Run in a clone of the product, or run git init"],
    [["--from", "nowhere"], "nowhere does not exist"],
  ])("refuses %j with what is to be done", async (args, message) => {
    const ran = await product.infra("report", ...args);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(message);
  });

  it("has help with examples", async () => {
    const { stdout } = await product.infra("report", "--help");
    expect(stdout).toContain("$ infra report --format markdown --base origin/main");
  });
});

it("has no secret in clear in what a run leaves for it", async () => {
  const secret = 'canary "quoted" %41/+';
  const env = { INFRA_STATE_PASSPHRASE: passphrase, INFRA_SECRET_ACME_DATABASE_PASSWORD: secret };
  product.write("inventory/production/hidden.yaml", values("one: secret://acme/database#password"));
  const ran = await product.infraWith(env, "plan", "production/hidden");
  expect(ran.code, ran.output).toBe(2);
  const written = readFileSync(join(product.root, ".infra/results/plan/production/hidden.json"), "utf8");
  expect(written).toContain('"offline": false');
  await product.infra("report", "-f", "markdown", "html", "json", "junit", "sarif", "text", "-o", "reports");
  for (const folder of [".infra/results", "reports"])
    expect(filesWith(join(product.root, folder), [...formsOf(secret), ...formsOf(passphrase)])).toEqual([]);
});
