import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMarkdown } from "../../../test/markdown-tree.js";
import { deployment, finding, hostile, largeReport, reportOn, richReport } from "../../../test/report-run.js";
import { leastLimit } from "../formats.js";
import { reportPlatformOf } from "../platform.js";
import type { Report, ReportedDeployment } from "../report.js";
import { renderMarkdown } from "./markdown.js";

const site = "https://github.com/acme/infra/";
const platform = reportPlatformOf({
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_REPOSITORY: "acme/infra",
  GITHUB_SHA: "0123456",
  GITHUB_RUN_ID: "17",
});
const render = (report: Report, limit = 65_536) => renderMarkdown(report, { key: "plan", limit, platform });

/** A deployment that says a text wherever it can. */
function saying(text: string, status: ReportedDeployment["status"]): ReportedDeployment {
  const attributes = [{ path: text, before: text, after: text }];
  return deployment(`a/${text}`, {
    ...{ stack: text, provider: text, status, notes: [text] },
    counts: { create: 0, update: 0, replace: 1, delete: 0 },
    problems: [{ message: text, remedy: text, path: text, place: { file: text, line: 1, column: 1 } }],
    changes: [{ address: text, action: "replace", place: text, attributes }],
    findings: [
      finding(text, { address: text, message: text, remedy: text, place: { file: text, line: 1, column: 1 } }),
    ],
    causes: [{ kind: "file", file: text }],
  });
}

const reportSaying = (texts: readonly string[], status: ReportedDeployment["status"]): Report =>
  reportOn(
    texts.map((text) => saying(text, status)),
    { notes: texts, commit: texts[0] ?? "" },
  );

/** Nothing in a page comes from outside but code. */
async function expectOnlyText(text: string): Promise<void> {
  const { links, html, prose, kinds, headings } = await readMarkdown(text);
  expect(text.startsWith("<!-- infra:plan -->\n### infra plan: ")).toBe(true);
  expect(text.match(/<!--/g)).toHaveLength(1);
  expect(headings).toBe(1);
  expect([...kinds].filter((kind) => !expectedKinds.has(kind))).toEqual([]);
  expect(links.filter((link) => !link.startsWith(site))).toEqual([]);
  const tags = html.slice(1).flatMap((each) => each.match(/<[^>]*>?/g) ?? []);
  expect(tags.filter((tag) => !/^<\/?(details|summary|code|b|sub)>$/.test(tag))).toEqual([]);
  for (const tag of ["details", "summary", "code", "sub"])
    expect(tags.filter((each) => each === `<${tag}>`).length).toBe(tags.filter((each) => each === `</${tag}>`).length);
  expect(prose.filter((each) => /canary|hacked|@/.test(each))).toEqual([]);
  // A command of GitLab is a line of its own that begins with a slash.
  expect(text).not.toMatch(/^\//m);
}

const expectedKinds = new Set([
  ...["root", "html", "heading", "text", "blockquote", "paragraph", "strong", "inlineCode", "table", "tableRow"],
  ...["tableCell", "link", "code", "list", "listItem", "emphasis"],
]);

describe("texts from outside", () => {
  it.each(["failed", "changed", "waiting", "unchanged"] as const)(
    "are only text, of deployments that are %s",
    async (status) => {
      await expectOnlyText(render(reportSaying(hostile, status)));
      await expectOnlyText(render(reportSaying(hostile, status), leastLimit));
    },
  );

  it("are readable", async () => {
    const { code } = await readMarkdown(render(reportSaying(hostile, "failed")));
    expect(code.join("\n")).toContain("<script>globalThis.hacked = 1</script>");
    expect(code.join("\n")).toContain("\n /close\n /merge\n > quote");
    expect(code).toContain("@canary-user and #1, !2, owner/repository#3");
    expect(code.join("\n")).toContain("turned \\u202egnirts\\u202c, hidden \\u200b\\u2060, \\u0000 \\ud800");
  });

  it("are only text, and the page is no longer than allowed, whatever they are", async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...hostile,
        "`",
        "```\n",
        "\n",
        "|",
        "\\",
        "<",
        "</code>",
        "&#60;",
        "*",
        "_",
        "[",
        "](",
        "\n\n",
        "    ",
        "~~~\n",
        "-->",
      ),
      fc.string({ unit: "binary", maxLength: 8 }),
    );
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""));
    const status = fc.constantFrom("failed" as const, "changed" as const, "waiting" as const, "unchanged" as const);
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 6 }),
        status,
        fc.integer({ min: leastLimit, max: 30_000 }),
        async (texts, status, limit) => {
          const page = render(reportSaying(texts, status), limit);
          expect(page.length).toBeLessThanOrEqual(limit);
          await expectOnlyText(page);
        },
      ),
      { numRuns: process.env["INFRA_TEST_LONG"] ? 2_000 : 100 },
    );
  }, 600_000);
});

describe("the page", () => {
  it("puts what is lost first, then what changes, fails and waits; unchanged deployments are one folded line", async () => {
    const page = render(richReport());
    const rows = page.split("\n").filter((line) => line.startsWith("| `"));
    expect(rows.map((row) => row.split("`")[1])).toEqual([
      ...["production/compute", "production/jobs", "production/outputs", "staging/compute", "staging/jobs"],
    ]);
    expect(page).toContain("<details><summary>4 deployments unchanged</summary>");
    expect(page).toContain(
      "> [!CAUTION]\n> **Resources are lost: 1 to REPLACE, 1 to DELETE**, in `production/compute`",
    );
    const { links, code } = await readMarkdown(page);
    expect(links).toContain(`${site}blob/0123456/inventory/production/compute.yaml#L14`);
    expect(code.find((block) => block.includes("REPLACED"))).toContain(
      "-/+ hcloud_volume.compute_data  # REPLACED, inventory/production/compute.yaml:21\n-     size: 20\n+     size: 10\n",
    );
  });

  it("says what was done after an apply, and what happened outside for drift", () => {
    const changed = deployment("a/b", { status: "applied", counts: { create: 0, update: 1, replace: 0, delete: 1 } });
    expect(render(reportOn([changed], { verb: "apply" }))).toContain("Resources are lost: 1 DELETED");
    expect(render(reportOn([changed], { verb: "drift" }))).toContain("1 changed outside, 1 DELETED outside");
  });

  it("says when nothing is affected, and that a run was offline", () => {
    expect(render(reportOn([]))).toBe("<!-- infra:plan -->\n### infra plan: no deployment is affected\n");
    expect(render(reportOn([], { offline: true }))).toContain("_Offline: the mock provider stood in for the cloud.");
  });

  it("names no pages where the platform is not known", () => {
    const page = renderMarkdown(richReport(), { key: "plan", limit: 65_536, platform: reportPlatformOf({}) });
    expect(page.replaceAll(hostile[6], "")).not.toContain("](");
    expect(page).toContain("# REPLACED, inventory/production/compute.yaml:21");
  });
});

it("says once what is wrong with several deployments in the same way", () => {
  const problems = [{ message: "the quota is used up", remedy: "Ask for more" }];
  const page = render(reportOn(["a/b", "a/c", "a/d"].map((id) => deployment(id, { status: "failed", problems }))));
  expect(page).toContain("`a/b`, `a/c`, `a/d` **failed**\n\n```text\n the quota is used up. Ask for more\n```\n");
  expect(page.match(/quota/g)).toHaveLength(1);
});

describe("what does not fit", () => {
  /** Characters that everything takes. */
  const all = (report: Report) => render(report, 10_000_000).length;

  it("goes in this order: attributes, then changes of what matters least; the page says so and stays whole", async () => {
    const report = largeReport(40);
    const whole = render(report, 10_000_000);
    expect(whole).not.toContain("Left out");
    expect(whole.match(/server_type/g)).toHaveLength(35 * 8 * 2);

    const withoutSome = render(report, Math.floor(all(report) * 0.5));
    expect(withoutSome).toMatch(
      /\*\*Left out\*\* to stay below [\d,]+ characters: \d+ deployments' attributes\. All of it is in the artifacts of \[this run\]/,
    );
    expect(withoutSome.match(/<details><summary><code>/g)).toHaveLength(35);

    const less = render(report, Math.floor(all(report) * 0.3));
    expect(less).toMatch(/Left out.*deployments' changes/);
    // What deletes something is still told.
    expect(less).toContain("- hcloud_server.compute_web_7  # DELETED");
    for (const page of [withoutSome, less]) await expectOnlyText(page);
  });

  it("of one deployment with very many changes are the changes that matter least", () => {
    const changes = Array.from({ length: 3_000 }, (_, index) => ({
      address: `hcloud_server.compute_web_${String(index)}`,
      action: index === 2_999 ? ("delete" as const) : ("create" as const),
    }));
    const page = render(
      reportOn([
        deployment("a/b", { status: "changed", changes, counts: { create: 2_999, update: 0, replace: 0, delete: 1 } }),
      ]),
    );
    expect(page).toContain("```diff\n- hcloud_server.compute_web_2999  # DELETED");
    expect(page).toMatch(/\n# and [\d]+ more\n```\n/);
    expect(page).toMatch(/Left out.*: [\d,]+ resources\./);
  });

  it("of problems that are very long is their end", async () => {
    const long = reportOn(
      Array.from({ length: 5 }, (_, index) =>
        deployment(`a/b${String(index)}`, {
          status: "failed",
          problems: [{ message: `long ${String(index)} `.repeat(20_000), remedy: "Mend it" }],
        }),
      ),
    );
    const page = render(long);
    expect(page.length).toBeLessThanOrEqual(65_536);
    expect(page.match(/`a\/b\d` \*\*failed/g)).toHaveLength(5);
    await expectOnlyText(page);
  });

  it.each([300, 5_000])("of %i deployments leaves a page that a comment can hold", async (size) => {
    const page = render(largeReport(size));
    expect(page.length).toBeLessThanOrEqual(65_536);
    expect(page.length).toBeGreaterThan(60_000);
    expect(page.match(/^\| `product-/gm)?.length).toBeGreaterThan(200);
    expect(page).toContain("- hcloud_server.compute_web_7  # DELETED");
    expect(page).toMatch(/Left out.*artifacts of \[this run\]/);
    await expectOnlyText(page);
  });
});
