import { join } from "node:path";
import { expect, it } from "vitest";
import { richReport } from "../../test/report-run.js";
import { renderHtml } from "./html/html.js";
import { renderJunit } from "./junit.js";
import { renderMarkdown } from "./markdown/markdown.js";
import { reportPlatformOf } from "./platform.js";
import { renderSarif } from "./sarif.js";

const golden = (name: string) => join(__dirname, "../test/reports", name);
const platform = reportPlatformOf({
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_REPOSITORY: "acme/infra",
  GITHUB_SHA: "0123456789abcdef0123456789abcdef01234567",
  GITHUB_RUN_ID: "17",
});

it("looks as Markdown as the golden file", async () => {
  const text = renderMarkdown(richReport(), { key: "plan", limit: 65_536, platform });
  await expect(text).toMatchFileSnapshot(golden("plan.md"));
});

it("looks as JUnit as the golden file", async () => {
  await expect(renderJunit(richReport())).toMatchFileSnapshot(golden("plan.junit.xml"));
});

it("looks as SARIF as the golden file", async () => {
  await expect(renderSarif(richReport(), { version: "1.0.0" })).toMatchFileSnapshot(golden("plan.sarif"));
});

it("looks as HTML as the golden file", async () => {
  await expect(renderHtml(richReport(), platform)).toMatchFileSnapshot(golden("plan.html"));
});
