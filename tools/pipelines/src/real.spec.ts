import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startVault, type VaultServer } from "@infra/services";
import { ensureTool } from "@infra/toolchain";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GitHubPlatform, startGitHubPlatform } from "./github/platform.js";
import { pullRequest } from "./github/events.js";
import { type JobResult, runWorkflow } from "./github/runner.js";
import { type GitLabPlatform, runPipeline, startGitLabPlatform } from "./gitlab/runner.js";
import { readJob, resolvePipeline } from "./gitlab/resolve.js";
import { type Issuer, startIssuer } from "./identity.js";
import { Machines } from "./machine.js";
import { ProductRepository } from "./product.js";
import { runScript } from "./run-step.js";

const canary = "canary-51f0c7a9be";

/** A stack that needs no cloud: the engine itself keeps its only resource. */
const valuesStack = `const { DataResource, defineStack } = require("@infra/core");
const { secret } = require("@infra/inventory");
const { z } = require("zod");
module.exports = defineStack({
  config: z.strictObject({ value: z.string(), token: secret }),
  build(stack, { value, token }) {
    new DataResource(stack, "value", { input: { value, token: stack.secretOf(token) } });
    return {};
  },
});
`;

let machines: Machines;
let product: ProductRepository;
let vault: VaultServer;
let issuer: Issuer;
let github: GitHubPlatform;
let gitlab: GitLabPlatform;

beforeAll(async () => {
  machines = new Machines(process.env["INFRA_ENGINE"] ?? (await ensureTool("tofu")));
  product = await ProductRepository.create(join(machines.root, "product"));
  vault = await startVault();
  issuer = await startIssuer(vault);
  await vault.root("POST", "secret/data/acme/app", { data: { token: canary } });
  [github, gitlab] = await Promise.all([startGitHubPlatform(), startGitLabPlatform()]);
  await product.git("checkout", "--quiet", "main");
  await product.change(() => {
    for (const environment of ["production", "staging"])
      rmSync(join(product.folder, "inventory", environment, "network.yaml"));
    product.write("inventory/product.yaml", `${product.read("inventory/product.yaml")}${vaultSettings(false)}`);
  });
});
afterAll(async () => {
  await Promise.all([github.close(), gitlab.close(), issuer.close()]);
  await vault.stop();
  machines.remove();
});

/** What the inventory says of Vault. @param all Also where it is, and that it encrypts states */
const vaultSettings = (all: boolean) =>
  all
    ? `secrets: { vault: { address: "${vault.address}", role: plan, audience: vault } }\nstate: { kind: folder, encryption: { kind: transit } }\n`
    : "secrets: { vault: { audience: vault } }\n";

/** A branch with one deployment that needs no cloud. */
async function branch(name: string, all = false): Promise<void> {
  await product.branch(name, () => {
    product.write("stacks/values/index.js", valuesStack);
    const config = `{ value: ${name}, token: "secret://acme/app#token" }`;
    product.write("inventory/production/values.yaml", `stack: ./stacks/values\nconfig: ${config}\n`);
    const text = product.read("inventory/product.yaml");
    product.write("inventory/product.yaml", all ? text.replace(vaultSettings(false), vaultSettings(true)) : text);
  });
}

const others = ["validate", "test", "cost", "comment"];

async function planOnGitHub(
  name: string,
  given: { secrets?: Record<string, string>; vars?: Record<string, string> },
): Promise<JobResult | undefined> {
  const where = { origin: product.folder, platform: github, machines, identity: issuer.variables, done: others };
  const event = await pullRequest(product, github, name);
  return (await runWorkflow({ ...where, secrets: given.secrets ?? {}, vars: given.vars ?? {} }, event))["plan"];
}

describe("a plan in a pipeline", { timeout: 300_000 }, () => {
  it("is real on GitHub with Vault and a passphrase: it logs in as the job, and reads the secret", async () => {
    await branch("github");
    // Lines of .env in one secret, as any other variable reaches a workflow that must declare its secrets.
    const secrets = { INFRA_ENV: `OP_CONNECT_HOST=\nINFRA_STATE_PASSPHRASE='${canary} \$x'` };
    const plan = await planOnGitHub("github", { secrets, vars: { VAULT_ADDR: vault.address, VAULT_ROLE: "plan" } });
    expect([plan?.result, plan?.output]).toEqual([
      "success",
      expect.stringMatching(/1 to create[^]*1 secret is from vault/),
    ]);
    expect(plan?.output).not.toContain("Offline:");
    expect(plan?.output).not.toContain(canary);
  });

  it("is real on GitLab where nothing is set but Vault is in the inventory, which encrypts states", async () => {
    await branch("gitlab", true);
    const base = await product.offer("gitlab");
    const variables = { VAULT_ID_TOKEN: { value: issuer.token, environments: ["infra-plan"] } };
    const { plan } = await runPipeline(
      { origin: product.folder, platform: gitlab, machines, variables, done: others },
      "refs/pull/7/merge",
      {
        CI_PIPELINE_SOURCE: "merge_request_event",
        CI_DEFAULT_BRANCH: "main",
        CI_MERGE_REQUEST_IID: "7",
        CI_MERGE_REQUEST_PROJECT_ID: "1",
        CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "1",
        CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
      },
    );
    expect([plan?.result, plan?.output]).toEqual([
      "success",
      expect.stringMatching(/1 to create[^]*1 secret is from vault/),
    ]);
    expect(plan?.output).not.toContain("Offline:");
    expect(plan?.output).not.toContain(canary);
  });

  it("reaches AWS and Google Cloud from GitLab as the job, where a role is named", async () => {
    const { jobs } = await resolvePipeline(join(machines.root, "login"), product.read(".gitlab-ci.yml"));
    const [login = ""] = readJob(jobs["plan"]).script;
    const folder = join(machines.root, "roles");
    mkdirSync(folder);
    const given = { AWS_ID_TOKEN: "aws-jwt", GCP_ID_TOKEN: "gcp-jwt", PATH: process.env["PATH"] ?? "" };
    expect((await runScript(login, folder, given)).code).toBe(0);
    expect(existsSync(join(folder, ".env"))).toBe(false);
    const provider = "projects/1/locations/global/workloadIdentityPools/ci/providers/gitlab";
    const roles = { AWS_ROLE_ARN: "arn:aws:iam::1:role/plan", GCP_WORKLOAD_IDENTITY_PROVIDER: provider };
    await runScript(login, folder, { ...given, ...roles, GCP_SERVICE_ACCOUNT: "plan@acme.example" });
    const read = 'set -a; . ./.env; cat "$AWS_WEB_IDENTITY_TOKEN_FILE"; echo; cat "$GOOGLE_APPLICATION_CREDENTIALS"';
    const { stdout } = await execa("sh", ["-c", read], { cwd: folder });
    const [aws, ...google] = stdout.split("\n");
    expect(aws).toBe("aws-jwt");
    expect(JSON.parse(google.join("\n"))).toMatchObject({
      audience: `//iam.googleapis.com/${provider}`,
      service_account_impersonation_url: expect.stringContaining("/plan@acme.example:") as string,
      credential_source: { file: join(folder, ".infra/gcp-token") },
    });
  });

  it("is refused, not offline, when something is configured and what states need is not", async () => {
    await branch("half");
    const plan = await planOnGitHub("half", { secrets: { HCLOUD_TOKEN: `${canary}-hcloud` } });
    expect(plan?.result).toBe("failure");
    expect(plan?.output).toContain("INFRA_STATE_PASSPHRASE is not set: states are never written in clear");
    expect(plan?.output).not.toContain("Offline:");
  });

  it("is offline where nothing at all is configured, and says why", async () => {
    await product.branch("nothing", () => product.network("staging", "10.9.0.0/16"));
    const plan = await planOnGitHub("nothing", {});
    expect([plan?.result, plan?.output]).toEqual([
      "success",
      expect.stringContaining("nothing is configured for real runs"),
    ]);
    expect(plan?.output).toContain("Offline: the mock provider stood in for the cloud");
  });
});
