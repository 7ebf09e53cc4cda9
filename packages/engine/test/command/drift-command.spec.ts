import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GitHubServer, type GitLabServer, startGitHub, startGitLab } from "@infra/services";
import { openTofu, Product } from "../product.js";
import { type Receiver, startReceiver } from "../receiver.js";

const id = "production/net";
const productFile = "product: acme\nprovider: hetzner\nregion: fsn1\n";
const canary = "canary-of-consul";
const net = `stack: ./stacks/net
config:
  networks:
    one: { cidr: 10.0.0.0/16 }
`;

let product: Product;
let gitHub: GitHubServer;
let gitLab: GitLabServer;
let chat: Receiver;

beforeAll(async () => {
  product = new Product(await openTofu());
  [gitHub, gitLab, chat] = await Promise.all([startGitHub(), startGitLab(), startReceiver()]);
  product.write(
    "inventory/product.yaml",
    `${productFile}notify:\n  chat: { kind: webhook, url: secret://acme/chat#url, secret: secret://acme/chat#key, events: [drift, healed, failed, applied] }\n`,
  );
  product.write(`inventory/${id}.yaml`, net);
  const applied = await product.results("apply", id, "--offline", "--yes");
  expect(applied.code, applied.output).toBe(0);
});

afterAll(async () => {
  product.remove();
  await Promise.all([gitHub.close(), gitLab.close(), chat.close()]);
});

const change = (labels: Record<string, string>) => {
  product.edit(id, ({ type }) => type === "hcloud_network", { labels });
};
const env = () => ({
  ...gitHub.env,
  CONSUL_HTTP_TOKEN: canary,
  INFRA_SECRET_ACME_CHAT_URL: `${chat.url}/T0ken`,
  INFRA_SECRET_ACME_CHAT_KEY: "k3y",
});
const drift = (...args: string[]) => product.infraWith(env(), "drift", "--offline", "--issues", "--notify", ...args);
const told = () =>
  chat.received.splice(0).flatMap(({ text }) => {
    const { happenings } = JSON.parse(text) as { happenings: { event: string; deployment: string }[] };
    return happenings.map(({ event, deployment }) => `${event} ${deployment}`);
  });

describe("infra drift --issues --notify", { timeout: 240_000 }, () => {
  it("refuses before anything runs when there is no token", async () => {
    const ran = await product.infraWith({ ...env(), GITHUB_TOKEN: "" }, "drift", "--offline", "--issues");
    expect(ran.code, ran.output).toBe(1);
    expect(ran.stderr).toMatch(/no token for GitHub.*Set GITHUB_TOKEN/);
    expect(ran.stdout).toBe("");
  });

  it("opens an issue and tells of it; the next night it says nothing", async () => {
    change({ owner: "@somebody", leaked: canary });
    const found = await drift();
    expect(found.code, found.output).toBe(2);
    expect(found.stdout).toMatch(/^production\/net: issue \d+ opened http.*\ntold chat$/m);
    expect(gitHub.issues()).toMatchObject([{ title: "Drift: production/net", state: "open", labels: ["infra-drift"] }]);
    expect(gitHub.issues()[0]?.body).toContain('+     labels.owner: "@somebody"');
    expect(gitHub.issues()[0]?.body).toContain('+     labels.leaked: "***"');
    expect(told()).toEqual(["drift production/net"]);
    const again = await drift("--json");
    expect(again.code, again.output).toBe(2);
    expect(JSON.parse(again.stdout)).toMatchObject({ issues: [{ change: "unchanged" }], notified: [], problems: [] });
    expect(told()).toEqual([]);
  });

  it("gives the same issue to GitLab from the results that the run left", async () => {
    const ran = await product.infraWith(gitLab.env, "issues", "--json");
    expect(ran.code, ran.output).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ issues: [{ deployment: id, change: "opened", number: 1 }] });
    expect(gitLab.issues()[0]?.body.trim()).toBe(gitHub.issues()[0]?.body.trim());
  });

  it("tells of a failed check and leaves the issue open; a notifier that fails makes the run fail", async () => {
    product.write(`${product.work(id)}/cloud.jsonl.kept`, product.read(`${product.work(id)}/cloud.jsonl`));
    product.write(`${product.work(id)}/cloud.jsonl`, '{"type": 1}\n{}\n');
    chat.answers.push(404);
    const ran = await drift();
    product.write(`${product.work(id)}/cloud.jsonl`, product.read(`${product.work(id)}/cloud.jsonl.kept`));
    expect(ran.code, ran.output).toBe(1);
    expect(ran.stderr).toMatch(/notify\.chat: the server answered .*404: no_service/);
    expect(ran.output).not.toContain("T0ken");
    expect(told()).toEqual(["failed production/net"]);
    expect(gitHub.issues()).toMatchObject([{ state: "open", comments: [] }]);
  });

  it("closes the issue when the drift is healed, tells of it once, and reopens it when the drift is back", async () => {
    const healed = await product.infraWith(env(), "apply", id, "--offline", "--yes", "--notify");
    expect(healed.code, healed.output).toBe(0);
    expect(told()).toEqual(["applied production/net"]);
    const clean = await drift();
    expect(clean.code, clean.output).toBe(0);
    expect(gitHub.issues()).toMatchObject([{ state: "closed", comments: [expect.stringContaining("is gone")] }]);
    expect(told()).toEqual(["healed production/net"]);
    change({ owner: "another" });
    expect((await drift()).code).toBe(2);
    expect(gitHub.issues()).toMatchObject([{ state: "open" }]);
    expect(told()).toEqual(["drift production/net"]);
  });

  it("fails, and says so, when the platform does, though there is only drift", async () => {
    gitHub.disturb({ answer: 410, when: ({ path }) => path.endsWith("/issues") });
    const ran = await drift();
    expect(ran.code, ran.output).toBe(1);
    expect(ran.stdout).toContain("1 deployment: 1 changed; 1 changed outside");
    expect(told()).toEqual(["drift production/net"]);
    expect(ran.stderr).toMatch(/GitHub answered GET .*\/issues with 410/);
  });
});

describe("infra notify", { timeout: 240_000 }, () => {
  it("tells everybody that they can be told, and tells the last results again", async () => {
    const test = await product.infraWith(env(), "notify", "--test");
    expect(test.code, test.output).toBe(0);
    expect(test.stdout).toBe("told chat\n");
    expect(told()).toEqual([]);
    const again = await product.infraWith(env(), "notify", "--json");
    expect(JSON.parse(again.stdout), again.output).toEqual({ notified: ["chat"], problems: [] });
    expect(told()).toEqual(["drift production/net"]);
  });

  it("has its secrets checked with those of the deployments", async () => {
    const ran = await product.infraWith(env(), "secrets", "check");
    expect(ran.code, ran.output).toBe(0);
    expect(ran.stdout).toMatch(/^secret:\/\/acme\/chat#key +environment .*notify\.chat$/m);
  });

  it("does nothing where nobody is named; only a test of it is refused", async () => {
    const configured = product.read("inventory/product.yaml");
    product.write("inventory/product.yaml", productFile);
    const ran = await product.infra("drift", "--offline", "--notify");
    const again = await product.infra("notify");
    const tested = await product.infra("notify", "--test");
    product.write("inventory/product.yaml", configured);
    expect(ran.output).not.toMatch(/notify|told/);
    expect([again.code, again.stdout]).toEqual([0, "product.yaml names nobody to notify\n"]);
    expect([tested.code, tested.stderr]).toEqual([1, expect.stringMatching(/names nobody to notify\. Add notify:/)]);
    expect(told()).toEqual([]);
  });
});

describe("drift.ignore", { timeout: 240_000 }, () => {
  it("leaves declared noise out, counts it, shows it with --verbose, and notes rules for nothing", async () => {
    product.write(
      `inventory/${id}.yaml`,
      `${net}drift:\n  ignore:\n    hcloud_network.*: [labels]\n    hcloud_volume.*: [size]\n`,
    );
    const ran = await product.infra("drift", "--offline");
    expect(ran.code, ran.output).toBe(0);
    expect(ran.stdout).toMatch(/1 deployment: 1 unchanged; \d+ ignored/);
    expect(ran.stdout).toMatch(/net\.yaml:8 drift\.ignore: hcloud_volume\.\* is the address of no resource/);
    expect(ran.stdout).not.toContain('"another"');
    const verbose = await product.infra("drift", "--offline", "--verbose");
    expect(verbose.stdout).toMatch(/^production\/net, ignored\n {2}~ hcloud_network\.one_network/m);
    expect(verbose.stdout).toContain('"another"');
    const { results } = await product.results("drift", "--offline");
    expect(results[id]).toMatchObject({ status: "unchanged", changes: [], ignored: [{ action: "update" }] });
  });

  it("does not hide the other attributes of the same resource, nor a resource that vanished", async () => {
    product.edit(id, ({ type }) => type === "hcloud_network", {
      labels: { owner: "another" },
      ip_range: "10.9.0.0/16",
    });
    const { results, code } = await product.results("drift", "--offline");
    expect(code).toBe(2);
    expect(results[id]?.changes[0]?.attributes?.map(({ path }) => path)).toEqual(["ip_range"]);
    product.write(`${product.work(id)}/cloud.jsonl`, "");
    const gone = await product.results("drift", "--offline");
    expect(gone.results[id]?.changes).toMatchObject([{ action: "delete" }]);
  });
});
