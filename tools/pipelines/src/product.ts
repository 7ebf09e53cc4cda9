import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import newProduct from "@infra/product/new";
import { execa } from "execa";
import { flushChanges, FsTree } from "nx/src/generators/tree";

const identity = { name: "test", email: "test@example.com" };

/** A stack whose only resource is a network of the emulated cloud. */
const networkStack = `const { defineStack, resourceName } = require("@infra/core");
const { Network } = require("@infra/provider-hcloud/lib/network");
const { z } = require("zod");
module.exports = defineStack({
  config: z.strictObject({ cidr: z.string() }),
  build(stack, { cidr }) {
    stack.useProvider();
    return { id: new Network(stack, "network", { name: resourceName(stack, ["main"]), ipRange: cidr }).id };
  },
});
`;

/** The repository of a scaffolded product, with pipelines for both platforms, and two deployments of one network each. */
export class ProductRepository {
  private constructor(readonly folder: string) {}

  static async create(folder: string): Promise<ProductRepository> {
    const product = new ProductRepository(folder);
    mkdirSync(folder, { recursive: true });
    const tree = new FsTree(folder, false);
    await newProduct(tree, { name: "acme", directory: ".", region: "fsn1", ci: "both", skipInstall: true });
    flushChanges(folder, tree.listChanges());
    for (const environment of ["production", "staging"])
      rmSync(join(folder, "inventory", environment), { recursive: true });
    product.write("stacks/network/index.js", networkStack);
    product.network("production", "10.1.0.0/16");
    product.network("staging", "10.2.0.0/16");
    product.write(".gitlab/own.yml", 'own: { script: ["true"], rules: [{ if: $OWN }] }\n');
    if (!existsSync(join(folder, ".git"))) await product.git("init", "--quiet", "--initial-branch=main");
    await product.commit("chore: start");
    return product;
  }

  /** Names somebody on the main branch who is told everything, by a webhook with a secret of the environment. */
  async notify(url: string): Promise<void> {
    const settings = `{ kind: webhook, url: "${url}", secret: "secret://acme/chat#key", events: [drift, healed, failed, applied] }`;
    const path = "inventory/product.yaml";
    this.write(path, `${this.read(path)}notify: { chat: ${settings} }\n`);
    await this.commit("feat: tell somebody");
  }

  /** Writes the inventory of one environment. */
  network(environment: string, cidr: string): void {
    this.write(`inventory/${environment}/network.yaml`, `stack: ./stacks/network\nconfig: { cidr: ${cidr} }\n`);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  /** Runs git. @returns what it printed */
  async git(...args: string[]): Promise<string> {
    const config = ["-c", `user.name=${identity.name}`, "-c", `user.email=${identity.email}`];
    return (await execa("git", [...config, ...args], { cwd: this.folder })).stdout;
  }

  async commit(message: string): Promise<string> {
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--allow-empty", "--message", message);
    return await this.git("rev-parse", "HEAD");
  }

  /** Goes to a new branch from main, does something, and commits it. @returns the commit */
  async branch(name: string, change: () => void): Promise<string> {
    await this.git("checkout", "--quiet", "-B", name, "main");
    return await this.change(change);
  }

  /** Does something on the present branch, and commits it. @returns the commit */
  async change(change: () => void): Promise<string> {
    change();
    return await this.commit("feat: change");
  }

  /** What a platform offers to the pipeline of a pull request: the branch merged into main. @returns the commit of main */
  async offer(name: string): Promise<string> {
    const base = await this.git("rev-parse", "main");
    await this.git("checkout", "--quiet", "--detach", "main");
    await this.git("merge", "--quiet", "--no-ff", "--no-edit", name);
    await this.git("update-ref", "refs/pull/7/merge", "HEAD");
    await this.git("checkout", "--quiet", name);
    return base;
  }

  /** Merges a branch. @returns main before and after */
  async merge(name: string): Promise<{ before: string; after: string }> {
    const before = await this.git("rev-parse", "main");
    await this.git("checkout", "--quiet", "main");
    await this.git("merge", "--quiet", "--no-ff", "--no-edit", name);
    return { before, after: await this.git("rev-parse", "HEAD") };
  }
}
