import { execFileSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gitEnvironment } from "@infra/inventory";
import { afterEach, beforeEach, expect, it } from "vitest";
import { command, openTofu, Product } from "../product.js";

const who = ["-c", "user.name=t", "-c", "user.email=t@acme.example", "-c", "commit.gpgsign=false"];
let product: Product;

const git = (...args: string[]): string =>
  execFileSync("git", [...who, ...args], {
    cwd: product.root,
    encoding: "utf8",
    env: { ...gitEnvironment(process.env), INFRA_ENGINE: product.engine },
    stdio: ["ignore", "pipe", "pipe"],
  });

beforeEach(async () => {
  product = new Product(await openTofu());
  product.write(
    "inventory/production/net.yaml",
    "stack: ./stacks/net\nconfig: { networks: { a: { cidr: 10.0.0.0/16 } } }\n",
  );
  product.write(".gitignore", "node_modules\n.infra\n");
  git("init", "--quiet", "--initial-branch=main");
  git("add", ".");
  git("commit", "--quiet", "--message", "one");
});

afterEach(() => {
  product.remove();
});

it("costs that a hook compares with the commit before leave the index alone, and run no hook of the product", async () => {
  const hook = (name: string, text: string) => {
    const file = join(product.root, ".git/hooks", name);
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
  };
  hook("pre-commit", `exec "${process.execPath}" "${command}" cost --base HEAD --offline --json >/dev/null`);
  hook("post-checkout", "touch ran-by-git; exit 1");
  product.write(
    "inventory/production/more.yaml",
    "stack: ./stacks/net\nconfig: { networks: { b: { cidr: 10.1.0.0/16 } } }\n",
  );
  git("add", "inventory");
  git("commit", "--quiet", "--all", "--message", "two");
  expect(git("ls-tree", "-r", "--name-only", "HEAD", "inventory")).toContain("inventory/production/more.yaml");
  expect(git("status", "--porcelain")).toBe("");
});
