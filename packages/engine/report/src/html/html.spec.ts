import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { deployment, finding, hostile, largeReport, reportOn, richReport } from "../../../test/report-run.js";
import { reportPlatformOf } from "../platform.js";
import type { Report } from "../report.js";
import { renderHtml } from "./html.js";

const folder = mkdtempSync(join(tmpdir(), "infra-html-"));
const platform = reportPlatformOf({});
let browser: Browser;
let seen: string[] = [];

beforeAll(async () => {
  // Named by a variable: the package is private to the workspace, and only specs need it.
  const toolchain = "@infra/toolchain";
  const { ensureTool } = (await import(toolchain)) as { ensureTool(name: string): Promise<string> };
  browser = await chromium.launch({
    executablePath: await ensureTool("chromium"),
    args: ["--no-sandbox", "--disable-gpu"],
    timeout: 120_000,
  });
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  seen = [];
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

/** Opens a report; console messages, errors and requests for anything but the file itself are seen. */
async function open(report: Report, more: { width?: number; dark?: boolean; hash?: string } = {}): Promise<Page> {
  const file = join(folder, "report.html");
  writeFileSync(file, renderHtml(report, platform));
  const { width = 1_400, dark = false, hash = "" } = more;
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
    bypassCSP: false,
  });
  context.setDefaultTimeout(45_000);
  const page = await context.newPage();
  page.on("console", (message) => seen.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => seen.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith("file:")) seen.push(request.url());
  });
  await page.goto(`${pathToFileURL(file).href}${hash}`);
  return page;
}

const hostileReport = () =>
  reportOn(
    hostile.map((text) =>
      deployment(`production/${text}`, {
        status: "failed",
        stack: text,
        provider: text,
        problems: [{ message: text, remedy: text, path: text }],
        changes: [
          {
            address: text,
            action: "update",
            place: `${text}:1`,
            attributes: [{ path: text, before: text, after: text }],
          },
        ],
        notes: [text],
        findings: [finding(text, { address: text, message: text, place: { file: text, line: 1, column: 1 } })],
        causes: [{ kind: "file", file: text }],
        origin: { references: [`production/${hostile[0]}`], files: [text], package: text },
      }),
    ),
    { notes: [...hostile], commit: hostile[0] },
  );

describe("the page in a browser", () => {
  it("has a row and a node for each deployment, and says nothing on the console", async () => {
    const report = richReport();
    const page = await open(report);
    expect(await page.locator("tbody tr").count()).toBe(report.results.length);
    expect(await page.locator("svg .node").count()).toBe(report.results.length);
    expect(await page.locator("svg .edge").count()).toBe(4);
    expect(await page.locator("h1").textContent()).toContain("9 deployments: 3 changed");
    expect(await page.locator(".loss").textContent()).toContain("1 to REPLACE, 1 to DELETE");
    expect(seen).toEqual([]);
  });

  it("filters rows and changes by what is typed and by status", async () => {
    const page = await open(richReport());
    const shown = () => page.locator("tbody tr:visible").count();
    expect(await page.locator("output").textContent()).toBe("9 shown");
    await page.getByLabel("Filter").fill("staging jobs");
    expect(await shown()).toBe(1);
    expect(await page.locator("details:visible").count()).toBe(1);
    await page.getByLabel("Filter").fill("");
    await page.getByLabel("unchanged (4)").uncheck();
    expect(await shown()).toBe(5);
    expect(await page.locator("output").textContent()).toBe("5 shown");
  });

  it("opens the changes that a row, a node or the address leads to, also by keyboard", async () => {
    const page = await open(richReport());
    const isOpen = (index: number) =>
      page.locator(`details#d${String(index)}`).evaluate((each) => each.hasAttribute("open"));
    expect(await isOpen(0)).toBe(false);
    await page.locator("tbody a").first().focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => isOpen(0), { timeout: 45_000 }).toBe(true);
    expect(await page.locator("details#d0 pre").textContent()).toContain(
      "hcloud_volume.compute_data  # inventory/production/compute.yaml:21",
    );
    await page.locator('svg .node[aria-label="production/jobs: changed"]').focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => isOpen(1), { timeout: 45_000 }).toBe(true);
    expect(await (await open(richReport(), { hash: "#d2" })).locator("details#d2").getAttribute("open")).toBe("");
  });

  it.each([400, 1_400])("is not wider than a window of %i pixels", async (width) => {
    for (const report of [richReport(), hostileReport()]) {
      const page = await open(report, { width });
      await page.locator("details").evaluateAll((all) => {
        for (const each of all) each.setAttribute("open", "");
      });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    }
  });

  it.each([{ dark: false }, { dark: true }])("has nothing that axe objects to (dark: $dark)", async ({ dark }) => {
    const page = await open(richReport(), { dark });
    await page.locator("details").evaluateAll((all) => {
      for (const each of all) each.setAttribute("open", "");
    });
    await page.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
    const violations = await page.evaluate(
      "axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) => [id, impact, nodes[0].html].join(' ')))",
    );
    expect(violations).toEqual([]);
  });

  it("runs and loads nothing that texts from outside ask for", async () => {
    const page = await open(hostileReport());
    await page.locator("details").evaluateAll((all) => {
      for (const each of all) each.setAttribute("open", "");
    });
    expect(await page.evaluate("globalThis.hacked")).toBeUndefined();
    expect(await page.locator("script, style, img, iframe, object, link").count()).toBe(2);
    expect(await page.locator("h1").count()).toBe(1);
    expect(await page.locator("tbody tr").count()).toBe(hostile.length);
    expect(await page.locator("main").textContent()).toContain("</code></details></table><h1>canary</h1>");
    expect(seen).toEqual([]);
  });

  it("refuses what is not its own, should anything get in", async () => {
    const page = await open(richReport());
    await page.evaluate(
      "document.body.insertAdjacentHTML('beforeend', '<img src=\"https://canary.example/x.png\" onerror=\"globalThis.hacked = 1\">')",
    );
    await expect.poll(() => seen.join("\n"), { timeout: 45_000 }).toContain("Content Security Policy");
    expect(await page.evaluate("globalThis.hacked")).toBeUndefined();
  });

  it("shows 300 deployments with their graph", async () => {
    const page = await open(largeReport(300));
    expect(await page.locator("tbody tr").count()).toBe(300);
    expect(await page.locator("svg .node").count()).toBe(300);
    expect(seen).toEqual([]);
  });
});

it("draws no more nodes than anyone could read, those with changes first", () => {
  const page = renderHtml(largeReport(5_000), platform);
  expect(page.match(/class="node /g)).toHaveLength(400);
  expect(page).toContain("4,600 deployments are not drawn.");
  // One of each drawn product of ten.
  expect(page.match(/class="node destructive"/g)).toHaveLength(40);
});

it("draws deployments that refer to one another in a circle, or to ones that are not in the run", () => {
  const origin = (...references: string[]) => ({ references, files: [], package: "" });
  const page = renderHtml(
    reportOn([
      deployment("a/a", { origin: origin("a/b", "a/a") }),
      deployment("a/b", { origin: origin("a/a", "b/c") }),
    ]),
    platform,
  );
  expect(page.match(/class="node /g)).toHaveLength(2);
  expect(page.match(/class="edge"/g)).toHaveLength(2);
});

it("has no graph where nothing refers to anything, and says when nothing is affected", () => {
  expect(renderHtml(reportOn([]), platform)).toContain("<h1>infra plan: no deployment is affected</h1>");
  expect(renderHtml(reportOn([deployment("a/b")]), platform)).not.toContain("<svg");
});
