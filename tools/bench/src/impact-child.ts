/*
 * Tells what a release would do to products that all have the same packages: `node impact-child.js <products> <before> <after>`.
 * Prints how many products and deployments would change, and how many cannot be told of.
 */
import { findProducts, impactOf, type Installer } from "@infra/impact";

const [products = "", before = "", after = ""] = process.argv.slice(2);

const installer: Installer = (_product, release) => ({
  key: release ? "after" : "before",
  install: () => Promise.resolve(release ? after : before),
});

async function main(): Promise<void> {
  const impacts = await impactOf({ name: "@infra/cloud-network", version: "0.1.1" }, findProducts(products), {
    installer,
  });
  const problem = impacts.find((impact) => impact.problem !== undefined)?.problem;
  if (problem !== undefined) throw new Error(problem);
  const deployments = impacts.flatMap((impact) => Object.keys(impact.deployments)).length;
  process.stdout.write(JSON.stringify({ products: impacts.length, deployments }));
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
