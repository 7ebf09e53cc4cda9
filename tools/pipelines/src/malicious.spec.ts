import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ensureTool } from "@infra/toolchain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFiles } from "./files.js";
import { type GitHubPlatform, startGitHubPlatform } from "./github/platform.js";
import { type GitHubRepository, type JobResult, runWorkflow } from "./github/runner.js";
import { readAction } from "./github/workflow.js";
import { Machines } from "./machine.js";
import { pullRequest } from "./github/events.js";
import { ProductRepository } from "./product.js";
import { programsStack, refusals } from "./programs.js";
import { runScript } from "./run-step.js";

const canary = "canary-1c9d7e5b3a";
/** A file that nothing but an attack makes. */
const trace = "attacked";

let machines: Machines;
let product: ProductRepository;
let platform: GitHubPlatform;
let where: GitHubRepository;

beforeAll(async () => {
  machines = new Machines(process.env["INFRA_ENGINE"] ?? (await ensureTool("tofu")));
  product = await ProductRepository.create(join(machines.root, "product"));
  platform = await startGitHubPlatform();
  const secrets = { INFRA_STATE_PASSPHRASE: canary, HCLOUD_TOKEN: `${canary}-hcloud` };
  where = { origin: product.folder, platform, machines, secrets, vars: { INFRA_OFFLINE: "1" } };
});
afterAll(async () => {
  await platform.close();
  machines.remove();
});

const all = ["validate", "test", "cost", "plan", "comment"];

/** Offers a branch as a pull request, and runs just some of the jobs. */
async function offer(branch: string, jobs: readonly string[], more: { fork?: boolean; title?: string } = {}) {
  const done = all.filter((name) => !jobs.includes(name));
  return await runWorkflow({ ...where, done }, await pullRequest(product, platform, branch, more));
}

const traces = () => findFiles(machines.root, [`**/${trace}*`]);
const outputOf = (jobs: Record<string, JobResult>) =>
  Object.values(jobs)
    .map(({ output }) => output)
    .join("");

describe("a malicious pull request", { timeout: 300_000 }, () => {
  it("runs nothing by its title or the name of its branch", async () => {
    const name = `x\${IFS}$(touch\${IFS}${trace}-1)\`touch\${IFS}${trace}-2\``;
    await product.branch(name, () => product.network("staging", "10.9.0.0/16"));
    const title = `"; touch ${trace}-3; echo "$(touch ${trace}-4)`;
    const jobs = await offer(name, ["validate", "plan"], { title });
    expect([jobs["validate"]?.result, jobs["plan"]?.result, await traces()]).toEqual(["success", "success", []]);
  });

  it("starts no program, and gets no provider and no module that nobody allowed", async () => {
    await product.branch("programs", () => {
      product.write("stacks/network/index.js", programsStack(trace));
    });
    const jobs = await offer("programs", ["validate", "plan"]);
    for (const name of ["validate", "plan"]) {
      expect(jobs[name]?.result).toBe("failure");
      for (const refusal of refusals) expect(jobs[name]?.output).toMatch(refusal);
    }
    expect(await traces()).toEqual([]);
  });

  it("finds no secret to print, where it comes from a fork", async () => {
    const own = product.read("stacks/network/index.js");
    const seen = join(machines.root, "seen");
    await product.branch("print", () => {
      const look = `const given = JSON.stringify(process.env) + require("node:fs").readFileSync("/proc/self/environ", "utf8");\n`;
      const print = `console.log("here:", given);\nrequire("node:fs").writeFileSync(${JSON.stringify(seen)}, given);\n`;
      product.write("stacks/network/index.js", look + print + own);
    });
    const jobs = await offer("print", ["plan"], { fork: true });
    expect(readFileSync(seen, "utf8")).toContain("PATH");
    expect(readFileSync(seen, "utf8")).not.toContain(canary);
    expect(outputOf(jobs)).not.toContain(canary);
    expect(
      platform
        .artifacts()
        .flatMap(({ files }) => [...files.values()])
        .some((bytes) => Buffer.from(bytes).includes(canary)),
    ).toBe(false);
  });

  it("ends with a refusal, and shows no secret, where its stack prints and embeds what the run was given", async () => {
    await product.branch("embed", () => {
      const code = `const { defineStack, DataResource } = require("@infra/core");
const { z } = require("zod");
const { readFileSync } = require("node:fs");
const given = readFileSync("/proc/self/environ", "utf8");
console.log("here:", process.env, given);
module.exports = defineStack({
  config: z.strictObject({ cidr: z.string() }),
  build(stack) {
    console.error("token:", /HCLOUD_TOKEN=([^\\0]*)/.exec(given)?.[1]);
    new DataResource(stack, "data", { input: /HCLOUD_TOKEN=([^\\0]*)/.exec(given)?.[1] });
    return {};
  },
});
`;
      product.write("stacks/network/index.js", code);
    });
    const jobs = await offer("embed", ["validate", "plan", "comment"]);
    const output = outputOf(jobs);
    expect([jobs["plan"]?.result, output]).toEqual([
      "failure",
      expect.stringMatching(/holds the value of HCLOUD_TOKEN/),
    ]);
    expect(output).toContain("token: ***");
    expect(output).not.toContain(canary);
    const uploaded = platform.artifacts().flatMap(({ files }) => [...files.values()]);
    expect(uploaded.some((bytes) => Buffer.from(bytes).includes(canary))).toBe(false);
    expect(JSON.stringify(platform.server.comments())).not.toContain(canary);
  });

  it("is found out when it changes the pipeline or another file that the template keeps", async () => {
    await product.branch("pipeline", () => {
      const path = ".github/workflows/infra.yaml";
      product.write(path, `${product.read(path)}# more\n`);
    });
    const { validate } = await offer("pipeline", ["validate"]);
    expect([validate?.result, validate?.output]).toEqual(["failure", expect.stringContaining("infra.yaml")]);
  });

  it("runs no script of a package when packages are installed", async () => {
    const folder = join(machines.root, "scripts");
    const script = { scripts: { postinstall: `touch ${trace}-7`, prepare: `touch ${trace}-8` } };
    mkdirSync(join(folder, "dependency"), { recursive: true });
    writeFileSync(
      join(folder, "dependency/package.json"),
      JSON.stringify({ name: "dependency", version: "1.0.0", ...script }),
    );
    const manifest = { name: "acme", version: "1.0.0", dependencies: { dependency: "file:dependency" }, ...script };
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    const env = machines.environment();
    await runScript("npm install --package-lock-only --ignore-scripts", folder, env);
    const { runs } = readAction(resolve(__dirname, "../../../.github/actions/setup/action.yaml"));
    const install = runs.steps.find(({ run }) => run?.startsWith("npm "))?.run ?? "";
    const { code, output } = await runScript(install, folder, env);
    expect([code, output]).toEqual([0, expect.any(String)]);
    expect([existsSync(join(folder, "node_modules/dependency")), await traces()]).toEqual([true, []]);
  });

  it("of 10,000 files and a plan of 5 MB ends with a comment that the platform takes", async () => {
    await product.branch("huge", () => {
      for (let number = 0; number < 10_000; number += 1)
        product.write(`docs/${String(number % 100)}/${String(number)}.md`, "x\n");
      product.write(
        "stacks/network/index.js",
        `const { defineStack, DataResource } = require("@infra/core");
const { z } = require("zod");
module.exports = defineStack({
  config: z.strictObject({ cidr: z.string() }),
  build(stack) {
    for (let number = 0; number < 250; number += 1)
      new DataResource(stack, "data-" + number, { input: "a long text ".repeat(1800) + number });
    return {};
  },
});
`,
      );
    });
    const jobs = await offer("huge", ["plan", "cost", "comment"]);
    expect([jobs["plan"]?.result, jobs["comment"]?.result]).toEqual(["success", "success"]);
    expect(platform.server.comments()).toHaveLength(2);
    const body = platform.server.comments().find((comment) => comment.body.includes("250"))?.body ?? "";
    expect(body.length).toBeGreaterThan(100);
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(JSON.stringify(platform.server.comments())).not.toContain(canary);
  });
});
