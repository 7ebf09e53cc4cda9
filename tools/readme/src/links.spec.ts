import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import type { Nodes, Root } from "mdast";
import { describe, expect, it } from "vitest";

const repository = join(__dirname, "../../..");

/** Files of the repository, also those that are not yet committed, and the folders that hold them. */
const places = new Set<string>(["."]);
const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  cwd: repository,
  encoding: "utf8",
});
for (const file of listed.split("\0").filter(Boolean))
  for (let place = file; place !== "."; place = dirname(place)) places.add(place);

/** Pages of the repository; the reports are written by the tests of reports, with links into a made-up repository. */
const pages = [...places].filter((place) => place.endsWith(".md") && !place.startsWith("packages/engine/report/test/"));

interface Page {
  /** Addresses of its links and pictures, without those of other hosts. */
  readonly links: readonly string[];
  /** Fragments under which its headings can be reached. */
  readonly anchors: ReadonlySet<string>;
}

/** Reads a page of Markdown as GitHub does. */
async function readPage(text: string): Promise<Page> {
  const { fromMarkdown } = await import("mdast-util-from-markdown");
  const { gfmFromMarkdown } = await import("mdast-util-gfm");
  const { gfm } = await import("micromark-extension-gfm");
  const root: Root = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const links: string[] = [];
  const anchors = new Set<string>();
  const visit = (node: Nodes): void => {
    if (node.type === "heading") anchors.add(unused(slugOf(textOf(node)), anchors));
    if ("url" in node && !/^[a-z][a-z+.-]*:/i.test(node.url)) links.push(node.url);
    if ("children" in node) node.children.forEach(visit);
  };
  visit(root);
  return { links, anchors };
}

function textOf(node: Nodes): string {
  if ("value" in node) return node.value;
  return "children" in node ? node.children.map(textOf).join("") : "";
}

/** The fragment that GitHub gives a heading. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
    .replaceAll(" ", "-");
}

/** GitHub numbers headings that have the same text. */
function unused(slug: string, anchors: ReadonlySet<string>): string {
  let found = slug;
  for (let count = 1; anchors.has(found); count += 1) found = `${slug}-${String(count)}`;
  return found;
}

/** The links of a page that lead nowhere. @param read Text of another page */
async function deadLinks(
  page: string,
  text: string,
  exists: (place: string) => boolean,
  read: (place: string) => string,
): Promise<string[]> {
  const { links, anchors } = await readPage(text);
  const anchorsOf = async (place: string) => {
    if (place === page) return anchors;
    return place.endsWith(".md") ? (await readPage(read(place))).anchors : new Set<string>();
  };
  const dead: string[] = [];
  for (const link of links) {
    const [path = "", fragment] = link.split("#").map(decodeURIComponent);
    const place = path === "" ? page : normalize(join(dirname(page), path)).replace(/(?<=.)\/$/, "");
    if (!exists(place)) dead.push(link);
    else if (fragment !== undefined && !(await anchorsOf(place)).has(fragment)) dead.push(link);
  }
  return dead;
}

const read = (place: string) => readFileSync(join(repository, place), "utf8");

describe("every page of the repository", () => {
  it.each(pages)("%s has only links to files and headings that exist", async (page) => {
    expect(await deadLinks(page, read(page), (place) => places.has(place), read)).toEqual([]);
  });

  it.each(pages.filter((page) => basename(page) === "README.md"))("%s has at most 150 lines", (page) => {
    expect(read(page).trimEnd().split("\n").length).toBeLessThanOrEqual(150);
  });

  it("is found, also in hidden folders", () => {
    expect(pages).toEqual(expect.arrayContaining(["README.md", ".github/CONTRIBUTING.md", "packages/core/README.md"]));
  });
});

describe("a dead link", () => {
  const other = "# One `thing`, and more\n\n## Same\n\n## Same\n";
  const known = ["docs", "docs/page.md", "docs/other.md"];
  const dead = (text: string) =>
    deadLinks(
      "docs/page.md",
      text,
      (place) => known.includes(place),
      () => other,
    );

  it.each([
    "[a](missing.md)",
    "[a](../other.md)",
    "![a](missing.png)",
    "[a][b]\n\n[b]: missing.md",
    "[a](other.md#two)",
    "[a](other.md#same-2)",
    "[a](#nowhere)",
    "[a](../docs#here)",
    "| a |\n| - |\n| [a](missing.md) |",
  ])("is found in %j", async (text) => {
    expect(await dead(text)).toHaveLength(1);
  });

  it.each([
    "[a](other.md)",
    "[a](./other.md#one-thing-and-more)",
    "[a](other.md#same-1)",
    "# Here\n\n[a](#here)",
    "[a](https://example.com/missing.md)",
    "`[a](missing.md)`",
  ])("is not found in %j", async (text) => {
    expect(await dead(text)).toEqual([]);
  });
});
