import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type OutgoingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, expect } from "vitest";
import { driftLabel } from "../../platforms/src/drift/issues.js";
import { keepIssues, postSticky, takePlans } from "@infra/platforms";
import { KeyCipher, Transit, TransitKey } from "@infra/keys";
import { surroundings, type Surroundings } from "../../platforms/src/clients/environment.js";
import { GitHub } from "../../platforms/src/clients/github.js";
import { GitLab } from "../../platforms/src/clients/gitlab.js";
import type { Platform } from "../../platforms/src/clients/platform.js";
import { RestApi } from "../../platforms/src/clients/rest.js";
import { GitHubReviews } from "../../platforms/src/reviewed/github.js";
import { GitLabReviews } from "../../platforms/src/reviewed/gitlab.js";
import type { Review } from "../../platforms/src/reviewed/review.js";
import { VaultTier } from "@infra/secrets";
import { deployment } from "../report-run.js";
import { canary, near } from "../mutations.js";
import { type Parser, readsOrRefuses } from "../parsers.js";

const commit = "0123456789abcdef0123456789abcdef01234567";
const marker = "<!-- infra:plan -->";

let folder: string;
let server: Server;
let url: string;
let answer: { status: number; headers: OutgoingHttpHeaders; body: Buffer };
/** Vault lets everybody in, so that what is asked afterwards is answered by the inputs. */
const login: typeof answer = { status: 200, headers: {}, body: Buffer.from('{"data":{"ttl":0}}') };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "infra-fuzz-"));
  server = createServer((request, response) => {
    const { status, headers, body } = request.url?.endsWith("/lookup-self") ? login : answer;
    request.resume().on("end", () => response.writeHead(status, headers).end(status === 204 ? "" : body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** One of several, by an input; lists of other lengths are chosen from independently. */
const chosen = <T>(input: Buffer, of: readonly T[]): T => {
  const [first = 0] = createHash("sha256").update(input).update(String(of.length)).digest();
  const found = of[first % of.length];
  if (found === undefined) throw new RangeError("nothing to choose from");
  return found;
};

/** Statuses that say for certain whether something was done. */
const certain = [200, 200, 200, 200, 200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 422, 429];

const headersOf = (input: Buffer): OutgoingHttpHeaders =>
  chosen<OutgoingHttpHeaders>(input, [
    {},
    { link: `<${url}/next>; rel="next"`, "x-next-page": "1", location: "/next" },
    { link: '<http://[>; rel="next"', "x-next-page": "-1", location: "http://[" },
    { link: '<file:///etc/passwd>; rel="next"', "x-next-page": "../..", location: "file:///etc/passwd" },
    { link: `<${url}/next?${String(input.length)}>; rel="next"`, "x-next-page": String(input.length) },
    { "retry-after": "Tomorrow", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1e999" },
  ]);

const served = (input: Buffer, statuses: readonly number[] = [...certain, 500, 503]): void => {
  answer = { status: chosen(input, statuses), headers: headersOf(input), body: input };
};

const shared = { token: canary, patienceMs: 1 };
const gitHub = (): Platform => new GitHub({ ...shared, apiUrl: url, repository: "acme/shop" });
const gitLab = (): Platform => new GitLab({ ...shared, apiUrl: url, project: "acme/shop" });

const drift = {
  product: "acme",
  results: [deployment("production/compute", { status: "changed" }), deployment("production/net")],
  deployments: ["production/compute", "production/net"],
  offline: false,
};
const uses: readonly ((platform: Platform) => Promise<unknown>)[] = [
  (platform) => platform.account(),
  (platform) => platform.ownComments(7),
  (platform) => platform.issues(driftLabel),
  (platform) => platform.setCommitStatus(commit, { name: "infra", state: "pending", description: "" }),
  (platform) => platform.openIssue({ title: "t", body: "b", label: driftLabel }),
  (platform) => platform.editIssue(7, { open: false }),
];
const followUps: readonly ((platform: Platform) => Promise<unknown>)[] = [
  (platform) => postSticky(platform, 7, "plan", marker),
  (platform) => keepIssues(platform, drift),
];

const platform = (make: () => Platform, reads: string, inputs: Parser["inputs"]): Record<string, Parser> => ({
  [`answers of ${reads}`]: {
    reads: [
      "packages/engine/platforms/src/clients/rest.ts",
      `packages/engine/platforms/src/clients/${reads.toLowerCase()}.ts`,
    ],
    inputs,
    read: (input) => (served(input), chosen(input, uses)(make())),
  },
  [`answers of ${reads} to comments and issues`]: {
    reads: ["packages/engine/platforms/src/clients/sticky-comment.ts", "packages/engine/platforms/src/drift/issues.ts"],
    inputs,
    read: (input) => (served(input, certain), chosen(input, followUps)(make())),
  },
});

const gitHubIssue = { number: 1, title: "t", body: "<!-- infra:drift:acme/a/b -->", state: "open", html_url: "u" };
const gitHubAnswers = near(
  JSON.stringify({ data: { viewer: { login: "ada" } } }),
  JSON.stringify([{ id: 1, body: marker, html_url: "u", user: { login: "ada", type: "Bot" } }]),
  JSON.stringify([{ ...gitHubIssue, labels: [driftLabel, { name: "x" }] }]),
  JSON.stringify({ ...gitHubIssue, labels: [driftLabel] }),
  JSON.stringify({ message: "no", errors: [{ code: "x" }] }),
);
const author = { id: 1, username: "ada" };
const gitLabIssue = { iid: 1, title: "t", description: "d", state: "opened", web_url: "u" };
const gitLabAnswers = near(
  JSON.stringify({ ...author, user: author, body: marker, author, system: false }),
  JSON.stringify([{ id: 1, body: marker, author, system: false }]),
  JSON.stringify([gitLabIssue]),
  JSON.stringify(gitLabIssue),
);

const remedies = { unauthorized: "", forbidden: "" };
const api = () => new RestApi({ name: "Platform", base: url, headers: {}, ...shared, remedies });
const run = { head_sha: commit, repository_id: 1, head_repository_id: 1 };
const reviewed = (review: Review | undefined): void => {
  if (review) expect(review.plans === undefined).toBe(review.reason !== undefined);
};

const event = {
  pull_request: {
    number: 7,
    head: { sha: commit, repo: { full_name: "a/b" } },
    base: { repo: { full_name: "acme/shop" } },
  },
};
const archive = (name: string) => Buffer.from(zipSync({ [name]: strToU8(canary.repeat(9)) })).toString("latin1");

const transit = () => {
  const options = { address: url, mount: "secret", jwtMount: "jwt", approleMount: "approle", hide: () => undefined };
  const vault = new VaultTier({ ...options, env: { HOME: "/nowhere", VAULT_TOKEN: canary } });
  return { vault, key: new TransitKey(new Transit(vault, "transit", "acme")) };
};
const asked: readonly ((key: TransitKey) => Promise<unknown>)[] = [
  (key) => new KeyCipher(key).seal(Buffer.from("{}")),
  (key) => key.find({ kdf: "transit", wrapped: "vault:v1:YQ==" }),
  (key) => key.newest(),
  (key) => key.pepper(),
  (key) => key.transit.rotate(),
];

readsOrRefuses({
  "the event of a workflow": {
    reads: ["packages/engine/platforms/src/clients/environment.ts"],
    inputs: near(
      JSON.stringify(event),
      JSON.stringify({ issue: { number: 7, pull_request: {} } }),
      JSON.stringify({ workflow_run: { head_sha: commit, pull_requests: [{ number: 7 }] } }),
    ),
    read: (input) => {
      writeFileSync(join(folder, "event.json"), input);
      const env = { GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: "acme/shop" };
      return surroundings({}, { ...env, GITHUB_EVENT_PATH: join(folder, "event.json") });
    },
    quoted: true,
    accepted: ({ pullRequest = 1, commit: found = commit }: Surroundings) => {
      expect(Number.isSafeInteger(pullRequest) && pullRequest > 0).toBe(true);
      expect(found).toMatch(/^[0-9a-f]{40,64}$/);
    },
  },
  ...platform(gitHub, "GitHub", gitHubAnswers),
  ...platform(gitLab, "GitLab", gitLabAnswers),
  "reviews on GitHub": {
    reads: ["packages/engine/platforms/src/reviewed/github.ts"],
    inputs: near(
      JSON.stringify([{ number: 7, merged_at: "2026-01-31", head: { sha: commit } }]),
      JSON.stringify({ artifacts: [{ id: 1, expired: false, workflow_run: run }] }),
    ),
    read: (input) => (served(input), new GitHubReviews(api(), "acme/shop").of(commit)),
    accepted: reviewed,
  },
  "reviews on GitLab": {
    reads: ["packages/engine/platforms/src/reviewed/gitlab.ts"],
    inputs: near(
      JSON.stringify([{ iid: 7, state: "merged", source_project_id: 1, target_project_id: 1, id: 1, name: "plan" }]),
    ),
    read: (input) => (served(input), new GitLabReviews(api(), "acme/shop").of(commit)),
    accepted: reviewed,
  },
  "what a platform keeps of a pipeline": {
    reads: ["packages/engine/platforms/src/clients/rest.ts"],
    inputs: near("PK"),
    read: (input) => (served(input), api().bytes("/archive")),
  },
  "an archive of plans": {
    reads: ["packages/engine/platforms/src/reviewed/take.ts"],
    inputs: near(archive("real/production/compute/plan.tfplan"), archive("../x")).map((text) =>
      Buffer.from(text.toString(), "latin1"),
    ),
    read: (input) => takePlans(input, folder),
    accepted: (ids: string[]) => {
      for (const id of ids) expect(id).toBe("production/compute");
    },
  },
  "answers of Transit": {
    reads: ["packages/engine/keys/src/transit.ts", "packages/engine/secrets/src/tiers/http.ts"],
    inputs: near(
      JSON.stringify({ data: { plaintext: Buffer.alloc(32).toString("base64"), ciphertext: "vault:v1:YQ==" } }),
      JSON.stringify({ data: { hmac: "vault:v1:YQ==", latest_version: 3, min_decryption_version: 1 } }),
      JSON.stringify({ errors: ["encryption key not found"] }),
    ),
    read: async (input) => {
      served(input, [200, 200, 200, 200, 204, 302, 400, 403, 404, 429, 503]);
      const { vault, key } = transit();
      try {
        return await chosen(input, asked)(key);
      } finally {
        await vault.close();
      }
    },
    quoted: true,
  },
});
