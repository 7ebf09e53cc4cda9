// The tags that products pin, and the pipeline's own pins of its actions: all are the version of @infra/product.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const { version } = JSON.parse(readFileSync(join(root, "generators/package.json"), "utf8"));
const file = join(root, ".github/workflows/product.yaml");

/** Writes the version into the workflow; a release does it together with the versions of the packages. */
function pin() {
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replaceAll(/(infra_template\/infra\/\.github\/actions\/[\w-]+@v)[\d.]+/g, `$1${version}`));
}

/** Tags the release: with a v for workflows, without one for components of GitLab. A tag that exists stays as it is. */
function tag() {
  const git = (...args) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  for (const name of [`v${version}`, version]) {
    if (git("tag", "--list", name) !== "") continue;
    git("tag", name);
    git("push", "origin", `refs/tags/${name}`);
  }
}

const action = { pin, tag }[process.argv[2]];
if (!action) throw new Error("Say pin or tag.");
action();
