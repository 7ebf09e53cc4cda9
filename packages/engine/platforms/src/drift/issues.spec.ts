import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type GitHubServer, type GitLabServer, startGitHub, startGitLab } from "@infra/services";
import { GitHub } from "../clients/github.js";
import { GitLab } from "../clients/gitlab.js";
import type { Platform } from "../clients/platform.js";
import { countChanges } from "../../../engine/src/deployment/changes.js";
import type { DeploymentResult, ResourceChange, Status } from "@infra/results";
import { type DriftFindings, driftLabel, keepIssues } from "./issues.js";

const web: ResourceChange = {
  address: "hcloud_server.web",
  action: "update",
  place: "inventory/production/net.yaml:4",
  attributes: [{ path: "labels.owner", before: "null", after: '"somebody"' }],
};
const lost: ResourceChange = { address: "hcloud_network.one", action: "delete" };

function result(id: string, status: Status, ...changes: ResourceChange[]): DeploymentResult {
  const [environment = "", name = ""] = id.split("/");
  const counts = countChanges(changes);
  const empty = { problems: [], notes: [], text: "", seconds: 0 };
  return { id, environment, name, stack: name, provider: "hetzner", status, changes, counts, ...empty };
}

const findings = (...results: DeploymentResult[]): DriftFindings => ({
  product: "acme",
  results,
  deployments: ["production/net", "production/web", "staging/net"],
  offline: false,
});
const drifted = (...changes: ResourceChange[]) => findings(result("production/net", "changed", ...changes));
const healed = findings(result("production/net", "unchanged"));

const starts = {
  GitHub: async (): Promise<[GitHubServer, Platform]> => {
    const server = await startGitHub();
    const { url: apiUrl, repository, token } = server;
    return [server, new GitHub({ apiUrl, repository, token })];
  },
  GitLab: async (): Promise<[GitLabServer, Platform]> => {
    const server = await startGitLab();
    const { url: apiUrl, project, token } = server;
    return [server, new GitLab({ apiUrl, project, token })];
  },
};

describe.each(Object.entries(starts))("issues of drift on %s", (_name, start) => {
  let server: GitHubServer | GitLabServer;
  let platform: Platform;
  beforeEach(async () => {
    [server, platform] = await start();
  });
  afterEach(() => server.close());

  const changesOf = async (next: DriftFindings) => {
    const { issues, problems } = await keepIssues(platform, next);
    expect(problems).toEqual([]);
    return issues.map(({ deployment, change }) => `${deployment} ${change}`);
  };
  const only = () => {
    const all = server.issues();
    expect(all).toHaveLength(1);
    return all[0]!;
  };
  const writes = () => server.asked.filter((each) => /^(?:POST|PUT|PATCH)/.test(each)).length;

  it("are opened when drift is found, with a label, what changed and where it is asked for", async () => {
    expect(await changesOf(drifted(web, lost))).toEqual(["production/net opened"]);
    const { title, body, state, labels } = only();
    expect([title, state, labels]).toEqual(["Drift: production/net", "open", [driftLabel]]);
    expect(body).toMatch(
      /^<!-- infra:drift:acme\/production\/net -->\n<!-- infra:drift-digest:\w+ -->\n`production\/net` is not as it was applied: /,
    );
    expect(body).toContain("1 changed outside, 1 DELETED outside.");
    expect(body).toContain("! hcloud_server.web  # inventory/production/net.yaml:4\n-     labels.owner: null\n");
    expect(body).toContain("- hcloud_network.one  # DELETED outside, no longer in the inventory");
    expect(body).toContain("`infra apply production/net`");
  });

  it("are left alone night after night, and written anew without a comment when the drift changes", async () => {
    await changesOf(drifted(web));
    const before = writes();
    expect(await changesOf(drifted(web))).toEqual(["production/net unchanged"]);
    expect(writes()).toBe(before);
    expect(await changesOf(drifted(web, lost))).toEqual(["production/net updated"]);
    expect(only().body).toContain("hcloud_network.one");
    expect(only().comments).toEqual([]);
  });

  it("are left alone when only lines of the inventory moved, noise came or went, or a person added to the text", async () => {
    await changesOf(drifted(web));
    await platform.editIssue(only().number, { body: `${only().body.replaceAll("\n", "\r\n")}\r\n- [ ] ask Ann` });
    const noise = { ...result("production/net", "changed", { ...web, place: "inventory/production/net.yaml:9" }) };
    expect(await changesOf(findings({ ...noise, ignored: [lost] }))).toEqual(["production/net unchanged"]);
    expect(only().body).toContain("ask Ann");
  });

  it("are closed with a comment when the drift is gone, once, and reopened when it is back", async () => {
    await changesOf(drifted(web));
    expect(await changesOf(healed)).toEqual(["production/net closed"]);
    expect(await changesOf(healed)).toEqual([]);
    expect(only()).toMatchObject({ state: "closed", comments: ["The drift of `production/net` is gone."] });
    expect(await changesOf(drifted(lost))).toEqual(["production/net reopened"]);
    expect(only()).toMatchObject({ state: "open", comments: [expect.anything(), "`production/net` drifts again."] });
    expect(only().body).toContain("hcloud_network.one");
  });

  it("stay as they are when a check fails, waits, or did not look at the deployment", async () => {
    await changesOf(drifted(web));
    for (const next of [
      findings(result("production/net", "failed")),
      findings(result("production/net", "waiting")),
      findings(result("staging/net", "unchanged")),
    ])
      expect(await changesOf(next)).toEqual([]);
    expect(only().state).toBe("open");
  });

  it("are closed with a sentence when the deployment is gone, but not those of another product", async () => {
    await changesOf(drifted(web));
    await changesOf({ ...findings(result("production/old", "changed", web)), product: "other" });
    const without = { ...findings(), deployments: ["staging/net"] };
    expect(await changesOf(without)).toEqual(["production/net gone"]);
    const [own, foreign] = server.issues();
    expect(own).toMatchObject({ state: "closed", comments: [expect.stringContaining("no longer in the inventory")] });
    expect(foreign).toMatchObject({ state: "open", comments: [] });
  });

  it("can't be broken out of by what a cloud says", async () => {
    const evil =
      "```\n@everyone <img src=x onerror=alert(1)> <!-- infra:drift:acme/production/web --> \u202e\n/close\n";
    const attributes = [{ path: "labels.`x`", before: "``````", after: evil }];
    await changesOf(drifted({ ...web, address: `a.b["${evil}"]`, attributes }));
    const { body, title } = only();
    expect(title).toBe("Drift: production/net");
    const [, fence = ""] = /^(`{3,})diff$/m.exec(body) ?? [];
    const inside = body.slice(body.indexOf(`${fence}diff`) + fence.length + 4, body.lastIndexOf(`\n${fence}\n`));
    expect(inside).not.toContain(fence);
    for (const part of ["@everyone", "<img", "/close"]) {
      expect(inside).toContain(part);
      expect(body.replace(inside, "")).not.toContain(part);
    }
    expect(body).not.toMatch(/^\/close/m);
    expect(body).not.toContain("\u202e");
    await changesOf(findings(result("production/web", "changed", web)));
    expect(server.issues()).toHaveLength(2);
  });

  it("fit into what the platform takes, and say how much was left out", async () => {
    const many = Array.from({ length: 20_000 }, (_, index) => ({
      ...web,
      address: `hcloud_server.web_${String(index)}`,
    }));
    expect(await changesOf(drifted(...many))).toEqual(["production/net opened"]);
    expect(only().body.length).toBeLessThanOrEqual(platform.limits.issue);
    expect(only().body).toMatch(/# and \d+ more resources\n```\n/);
  });

  it("are listed once, however many are opened", async () => {
    const many = Array.from({ length: 20 }, (_, index) => result(`production/d${String(index)}`, "changed", web));
    await changesOf({ ...findings(...many), deployments: many.map(({ id }) => id) });
    expect(server.issues()).toHaveLength(20);
    expect(server.asked.filter((each) => /^GET \S*\/issues(?:\?|$)/.test(each))).toHaveLength(1);
  });

  it("are opened once when the answer is lost, and one that fails stops no other", async () => {
    const both = findings(result("production/net", "changed", web), result("production/web", "changed", web));
    server.disturb({
      answer: 502,
      done: true,
      when: ({ method, path }) => method === "POST" && path.endsWith("/issues"),
    });
    expect(await changesOf(both)).toEqual(["production/net opened", "production/web opened"]);
    expect(server.issues()).toHaveLength(2);
    server.disturb({ answer: 422, when: ({ method }) => method === "PATCH" || method === "PUT" });
    const gone = findings(result("production/net", "unchanged"), result("production/web", "unchanged"));
    const { issues, problems } = await keepIssues(platform, gone);
    expect(problems).toHaveLength(1);
    expect(issues.map(({ deployment }) => deployment)).toEqual(["production/web"]);
  });
});
