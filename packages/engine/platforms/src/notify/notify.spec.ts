import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadInventory, notifySchema, type NotifySettings, SecretReference } from "@infra/inventory";
import { SMTPServer } from "smtp-server";
import { type Receiver, startReceiver } from "../../../test/receiver.js";
import type { DriftIssue } from "../drift/issues.js";
import { Mask } from "@infra/io";
import type { DeploymentResult, RunResult, Status } from "@infra/results";
import { happeningsOf, type Notice } from "./notice.js";
import { notifyAll } from "./notify.js";
import { slackMessage } from "./slack.js";

const canary = "canary-P4ssw0rd";
const notice: Notice = {
  product: "acme",
  verb: "drift",
  offline: false,
  url: "https://ci.example/runs/1",
  happenings: [
    {
      event: "drift",
      deployment: "production/net",
      text: "1 changed outside",
      url: "https://git.example/acme_shop/issues/3",
    },
    { event: "failed", deployment: "staging/net", text: "no network" },
  ],
};
const secret = (text: string) => SecretReference.parse(`secret://acme/${text}`);
const settings = (value: unknown): NotifySettings => notifySchema.parse(value);

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

const tell = (wanted: NotifySettings, what: Partial<Notice> = {}, hidden = [canary]) => {
  const mask = new Mask(hidden);
  const values: Record<string, string> = { url: `${receiver.url}/services/${canary}`, key: "k3y", password: canary };
  const reveal = ({ field }: SecretReference) => {
    mask.add([values[field] ?? ""]);
    return Promise.resolve(values[field] ?? "");
  };
  return notifyAll(wanted, { ...notice, ...what }, { mask, reveal });
};

describe("a webhook", () => {
  const audit = settings({ audit: { kind: "webhook", url: secret("a#url"), secret: secret("a#key") } });

  it("gets JSON with what happened, signed over its bytes", async () => {
    expect(await tell(audit)).toEqual({ told: ["audit"], problems: [] });
    const [{ text, headers, path } = { text: "", headers: {}, path: "" }] = receiver.received;
    expect(path).toBe(`/services/${canary}`);
    expect(JSON.parse(text)).toMatchObject({ version: 1, id: expect.any(String) as string, ...notice });
    expect(headers["x-infra-signature-256"]).toBe(`sha256=${createHmac("sha256", "k3y").update(text).digest("hex")}`);
  });

  it("gets only the events that it wants, and nothing when there are none", async () => {
    const failures = settings({ it: { kind: "webhook", url: `${receiver.url}/x`, events: ["failed"] } });
    await tell(failures);
    expect(JSON.parse(receiver.received[0]?.text ?? "")).toMatchObject({ happenings: [{ event: "failed" }] });
    expect(receiver.received[0]?.headers["x-infra-signature-256"]).toBeUndefined();
    const applied = settings({ it: { kind: "webhook", url: `${receiver.url}/x`, events: ["applied"] } });
    expect(await tell(applied)).toEqual({ told: [], problems: [] });
    expect(receiver.received).toHaveLength(1);
  });

  it("is sent again to a server in trouble, with the same id", async () => {
    receiver.answers.push(503, 429);
    expect((await tell(audit)).told).toEqual(["audit"]);
    const ids = receiver.received.map(({ text }) => (JSON.parse(text) as { id: string }).id);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
  });

  it("that refuses is named without its address, and stops no other", async () => {
    receiver.answers.push(404);
    const both = settings({
      audit: { kind: "webhook", url: secret("a#url") },
      dead: { kind: "webhook", url: "http://127.0.0.1:1/x", events: ["applied"] },
      mail: {
        kind: "email",
        host: "smtp.example",
        password: secret("m#password"),
        user: "u",
        security: "none",
        from: "a@b.example",
        to: ["c@d.example"],
      },
    });
    const { told, problems } = await tell(both);
    expect(told).toEqual([]);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^notify\.audit: the server answered .*404: no_service/),
      "notify.mail: the password would go to smtp.example in clear",
    ]);
    expect(JSON.stringify(problems)).not.toContain(canary);
  });

  it.each([
    [301, "moved", (path: string) => `https://hooks.example${path}`, /301: it is at hooks\.example now$/],
    [308, "moved", (path: string) => `${path}/`, /308: it is at 127\.0\.0\.1:\d+ now$/],
    [
      404,
      "path",
      (path: string) => `There is no ${path} here, ${encodeURIComponent(path)}`,
      /404: There is no \*\*\* here, /,
    ],
    [404, "its last part", (path: string) => `no hook ${path.split("/").at(-1) ?? ""}`, /404: no hook \*\*\*$/],
    [403, "JSON", (path: string) => JSON.stringify({ message: path }).replaceAll("/", "\\/"), /403: \*\*\*$/],
    [404, "a long page", (path: string) => `${"x".repeat(285)} ${path}`, /404: x+ \*\*\*$/],
  ])("that answers %i with its address (%s) is named without it", async (status, _, said, message) => {
    const path = `/services/${canary}`;
    receiver.answers.push(status);
    Object.assign(receiver, { refusal: said(path), location: said(path) });
    const { problems } = await tell(settings({ audit: { kind: "webhook", url: secret("a#url") } }), {}, []);
    expect(problems).toMatchObject([{ message: expect.stringMatching(message) as string }]);
    for (const part of [canary, canary.slice(0, 8)]) expect(JSON.stringify(problems)).not.toContain(part);
  });

  it("with an address that is none is named, and the address is not shown", async () => {
    const { problems } = await tell(settings({ audit: { kind: "webhook", url: secret("a#password") } }));
    expect(problems).toMatchObject([{ message: "notify.audit: its address is no URL" }]);
  });

  it("is told no secret that a result repeats", async () => {
    await tell(audit, { happenings: [{ event: "failed", deployment: "p/a", text: `login with ${canary} failed` }] });
    expect(receiver.received[0]?.text).toContain("login with *** failed");
  });
});

describe("Slack, and what is compatible with it", () => {
  it("get text and blocks, with the links of issues and of the pipeline", async () => {
    await tell(settings({ chat: { kind: "slack", url: secret("c#url") } }));
    const message = JSON.parse(receiver.received[0]?.text ?? "") as ReturnType<typeof slackMessage>;
    expect(message.text).toMatch(
      /^acme: 1 with drift, 1 failed in drift\n• drift: production\/net: 1 changed outside <https:.*issues\/3\|issue>\n/,
    );
    expect(message.text).toContain("<https://ci.example/runs/1|the pipeline>");
    expect(message.blocks.map(({ type }) => type)).toEqual(["header", "section", "section", "context"]);
  });

  it("mention nobody and show no markup of what comes from outside", () => {
    const text = "<!channel> <https://evil.example|ok> @all *bold* & `code`";
    const message = slackMessage({ ...notice, happenings: [{ event: "failed", deployment: "p/a", text }] });
    expect(message.text).not.toMatch(/<!|<https:\/\/evil|@all|(?<!\u200b)[*`]/);
    expect(JSON.stringify(message.blocks)).not.toMatch(/<!|<https:\/\/evil|@all/);
  });

  it("get no more blocks than they take", () => {
    const happenings = Array.from({ length: 300 }, (_, index) => ({
      event: "failed" as const,
      deployment: `p/d${String(index)}`,
      text: "x".repeat(5_000),
    }));
    const { blocks } = slackMessage({ ...notice, happenings });
    expect(blocks.length).toBeLessThanOrEqual(50);
    expect(JSON.stringify(blocks)).toContain("and 260 more");
  });
});

describe("an e-mail", () => {
  const mails: { from: string; to: string[]; text: string; login: string | undefined }[] = [];
  let server: SMTPServer;
  let port = 0;
  beforeEach(async () => {
    mails.length = 0;
    server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) => {
        if (password === canary) done(null, { user: username ?? "" });
        else done(new Error("Invalid login"));
      },
      onData: (stream, { envelope, user }, done) => {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => {
          const from = envelope.mailFrom ? envelope.mailFrom.address : "";
          const text = Buffer.concat(chunks).toString("utf8");
          mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), text, login: user });
          done();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const address = server.server.address();
    port = typeof address === "object" && address ? address.port : 0;
  });
  afterEach(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
      }),
  );
  const mail = (more: object) => {
    const own = {
      kind: "email",
      host: "127.0.0.1",
      port,
      from: "infra@acme.example",
      to: ["ops@acme.example", "b@c.example"],
    };
    return settings({ mail: { ...own, ...more } });
  };

  it("goes to everybody, with a login, a subject and a line per deployment", async () => {
    const { told, problems } = await tell(mail({ security: "none", user: "infra", password: secret("m#password") }));
    expect(problems).toEqual([]);
    expect(told).toEqual(["mail"]);
    expect(mails).toMatchObject([
      { from: "infra@acme.example", to: ["ops@acme.example", "b@c.example"], login: "infra" },
    ]);
    expect(mails[0]?.text).toMatch(/^Subject: acme: 1 with drift, 1 failed in drift\r$/m);
    expect(mails[0]?.text.replaceAll("=\r\n", "")).toContain(
      "drift: production/net: 1 changed outside https://git.example/acme_shop/issues/3",
    );
  });

  it("is not sent where the server does not encrypt, unless that is wanted", async () => {
    const { told, problems } = await tell(mail({}));
    expect(told).toEqual([]);
    expect(problems[0]?.message).toMatch(/^notify\.mail: /);
    expect(mails).toEqual([]);
  });

  it("that is refused says so, without the password", async () => {
    const { problems } = await tell(mail({ security: "none", user: "infra", password: secret("m#key") }));
    expect(problems[0]?.message).toMatch(/^notify\.mail: .*Invalid login/s);
    expect(JSON.stringify(problems)).not.toContain("k3y");
  });

  it("has no header that a name slips in", async () => {
    await tell(mail({ security: "none" }), { product: "acme\r\nBcc: mallory@evil.example" });
    const [headers] = mails[0]?.text.split("\r\n\r\n") ?? [];
    expect(headers).toMatch(/^Subject: acme Bcc: mallory/m);
    expect(headers).not.toMatch(/^Bcc:/m);
    expect(mails[0]?.to).toHaveLength(2);
  });
});

it("is configured as the README says", () => {
  const readme = readFileSync(join(__dirname, "../../README.md"), "utf8");
  const [, example = ""] = /```yaml\n(# inventory\/product\.yaml[^`]*\bnotify:[^`]*)```/.exec(readme) ?? [];
  const folder = mkdtempSync(join(tmpdir(), "inventory-"));
  writeFileSync(join(folder, "product.yaml"), `product: acme\nprovider: hetzner\nregion: fsn1\n${example}`);
  const { notify = {} } = loadInventory(folder);
  rmSync(folder, { recursive: true });
  expect(Object.entries(notify).map(([name, { kind }]) => `${name} ${kind}`)).toEqual([
    "chat slack",
    "audit webhook",
    "mail email",
  ]);
});

describe("what is told of a run", () => {
  const result = (id: string, status: Status): DeploymentResult =>
    ({
      id,
      status,
      counts: { create: 0, update: 1, replace: 0, delete: 0 },
      changes: [],
      problems: [],
    }) as unknown as DeploymentResult;
  const run = (verb: RunResult["verb"], ...results: DeploymentResult[]): RunResult => ({ verb, results, exitCode: 0 });
  const events = (...args: Parameters<typeof happeningsOf>) =>
    happeningsOf(...args).map(({ event, deployment }) => `${event} ${deployment}`);

  it("is each drift when there are no issues, and each failure", () => {
    const results = [result("p/a", "changed"), result("p/b", "unchanged"), result("p/c", "failed")];
    expect(events(run("drift", ...results))).toEqual(["drift p/a", "failed p/c"]);
  });

  it("is each change of an issue, once, and drift whose issue could not be written", () => {
    const issue = (deployment: string, change: DriftIssue["change"]) => ({ deployment, change, number: 1, url: "u" });
    const issues = [issue("p/a", "opened"), issue("p/b", "unchanged"), issue("p/c", "closed"), issue("p/d", "gone")];
    const results = [
      result("p/a", "changed"),
      result("p/b", "changed"),
      result("p/c", "unchanged"),
      result("p/e", "changed"),
    ];
    expect(events(run("drift", ...results), issues)).toEqual(["drift p/a", "healed p/c", "healed p/d", "drift p/e"]);
  });

  it("is what was applied, and what failed", () => {
    expect(events(run("apply", result("p/a", "applied"), result("p/b", "unchanged"), result("p/c", "failed")))).toEqual(
      ["applied p/a", "failed p/c"],
    );
  });
});
