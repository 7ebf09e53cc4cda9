import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { filesIn } from "@infra/io";

const root = join(__dirname, "../../../..");
const engine = "packages/engine";
const mock = "packages/mock-provider/src";

/** Files that parse what is not from outside, and why. */
const exceptions: Readonly<Record<string, string>> = {
  "packages/inventory/src/json.ts": "what others call",
  "packages/core/src/testing.ts": "texts of tests",
  "packages/facts/src/prices.ts": "the tables of the package itself",
  [`${engine}/affected/src/changed-packages.ts`]:
    "manifests of two revisions in git; what is no object counts as a change of everything",
  [`${engine}/engine/src/applied/record.ts`]: "what was written in the same expression",
  [`${engine}/impact/src/impact.ts`]: "configurations that its own processes made",
  [`${engine}/engine/src/deployment/memory-folder.ts`]:
    "marks of this project's processes; anything else there is left as it is",
  [`${mock}/cloud.ts`]: "the emulated cloud, which the mock provider itself wrote; it is no real one",
  [`${mock}/schemas.ts`]: "schemas of bindings that were built and installed with their hashes",
  [`${mock}/unrecorded.ts`]: "the facts of the package itself",
  [`${mock}/service.ts`]: "the engine that the run started, over the protocol of providers",
  [`${mock}/value.ts`]: "the engine that the run started, over the protocol of providers",
};

const parses = /\bJSON\.parse\(|\b(?:parseJson|readJson|parseDocument|parseAllDocuments)\(|from "yaml"/;
const isSource = (file: string) => file.endsWith(".ts") && !file.endsWith(".spec.ts");
const folders = [
  ...["inventory", "facts", "core", "cost", "create-product", "mock-provider"].map((name) => `packages/${name}/src`),
  ...readdirSync(join(root, engine)).map((name) => `${engine}/${name}/src`),
];
const inRepository = (folder: string) =>
  filesIn(join(root, folder)).map((file) => relative(root, file).replaceAll("\\", "/"));
const textOf = (file: string) => readFileSync(join(root, file), "utf8");
const parsing = [...folders, "generators/src"]
  .flatMap(inRepository)
  .filter((file) => isSource(file) && parses.test(textOf(file)));

it("every file that parses data of others is named in a table of fuzz tests, or is an exception with its reason", () => {
  const tables = [...folders, "packages/engine/test/fuzz", "generators/src"]
    .flatMap(inRepository)
    .filter((file) => file.endsWith(".fuzz.spec.ts"))
    .map(textOf)
    .join("\n");
  const open = parsing.filter((file) => !(file in exceptions) && !tables.includes(`"${file}"`));
  expect(open, "Add an entry to a table in packages/engine/test/fuzz").toEqual([]);
});

it("every exception is a file that parses", () => {
  expect(Object.keys(exceptions).filter((file) => !parsing.includes(file))).toEqual([]);
});
