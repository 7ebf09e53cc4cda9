import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import { z } from "zod";

const repository = resolve(__dirname, "../../../..");

const variables = z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).default({});
const script = z.array(z.string()).default([]);

const job = z.strictObject({
  extends: z.unknown().optional(),
  stage: z.string(),
  image: z.object({ name: z.string() }),
  needs: z.array(z.object({ job: z.string(), artifacts: z.boolean() })).optional(),
  interruptible: z.boolean().optional(),
  variables,
  before_script: script,
  script,
  after_script: script,
  id_tokens: z.record(z.string(), z.object({ aud: z.string() })).default({}),
  environment: z.object({ name: z.string(), action: z.string().optional() }).optional(),
  resource_group: z.string().optional(),
  cache: z.array(z.looseObject({ paths: z.array(z.string()) })).default([]),
  artifacts: z
    .object({
      paths: z.array(z.string()),
      when: z.enum(["always"]),
      reports: z.unknown().optional(),
      expire_in: z.string(),
    })
    .optional(),
  rules: z.array(z.strictObject({ if: z.string(), variables: variables.optional(), when: z.string().optional() })),
});

/** A job of a pipeline whose includes, inputs and `extends` are resolved. */
export type GitLabJob = z.output<typeof job>;

/** A resolved pipeline. */
export interface GitLabPipeline {
  readonly jobs: Readonly<Record<string, unknown>>;
}

/** Reads a job. Whatever it has that the runner does not know is an error. */
export function readJob(value: unknown): GitLabJob {
  return job.parse(value);
}

/**
 * Resolves a pipeline by gitlab-ci-local, which also validates it by GitLab's own schema. The component of the template is the one
 * of this repository.
 *
 * @param folder A folder to work in, which is made.
 * @param others More files that it includes, by their path. @default - one job of a product's own
 * @throws Error with what is wrong with it
 */
export async function resolvePipeline(
  folder: string,
  pipeline: string,
  others: Readonly<Record<string, string>> = {
    ".gitlab/own.yml": "own: { script: ['true'], rules: [{ if: $OWN }] }\n",
  },
): Promise<GitLabPipeline> {
  const template = join(folder, "template");
  const product = join(folder, "product");
  mkdirSync(template, { recursive: true });
  cpSync(join(repository, "templates"), join(template, "templates"), { recursive: true });
  const { version } = JSON.parse(readFileSync(join(repository, "generators/package.json"), "utf8")) as {
    version: string;
  };
  await commit(template, version);
  for (const [path, text] of Object.entries({ ".gitlab-ci.yml": pipeline, ...others })) {
    mkdirSync(dirname(join(product, path)), { recursive: true });
    writeFileSync(join(product, path), text);
  }
  await commit(product, "start");
  await execa("git", ["remote", "add", "origin", "git@gitlab.com:acme/shop.git"], { cwd: product });
  const main = createRequire(__filename)
    .resolve("gitlab-ci-local/package.json")
    .replace("package.json", "src/index.js");
  const { exitCode, stdout, stderr } = await execa(process.execPath, [main, "--preview"], {
    cwd: product,
    reject: false,
    env: {
      HOME: folder,
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: `url.file://${template}.insteadOf`,
      GIT_CONFIG_VALUE_0: "ssh://git@gitlab.com:22/infra_template/infra.git",
    },
  });
  if (exitCode !== 0 || !stderr.includes("json schema validated")) throw new Error(stderr + stdout);
  const all = parse(stdout) as Record<string, unknown>;
  return { jobs: Object.fromEntries(Object.entries(all).filter(([name]) => name !== "stages" && name !== "workflow")) };
}

async function commit(folder: string, tag: string): Promise<void> {
  const git = (...args: string[]) => execa("git", args, { cwd: folder });
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message", "start");
  await git("tag", tag);
}
