import type { Command } from "commander";
import { infraError } from "@infra/inventory";
import type { Release } from "@infra/impact";

/** Adds the command that says what a release would change, before it is taken. */
export function addImpactCommand(program: Command): void {
  program
    .command("impact")
    .description("show what a version of a package would change in many products, by synthesis; writes nothing to them")
    .argument("<package>", "<name>@<version>, such as @infra/cloud-network@0.2.0")
    .requiredOption("-P, --products <path>", "a product, a folder of products, or a file with the path of one per line")
    .option("--json", "print JSON")
    .option("--markdown", "print Markdown, for comments")
    .action(impact);
}

interface ImpactOptions {
  readonly products: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

async function impact(spec: string, { products, json = false, markdown = false }: ImpactOptions): Promise<void> {
  const release = releaseOf(spec);
  const { findProducts } = await import("@infra/impact");
  const { impactOf } = await import("@infra/impact");
  const { renderImpact } = await import("@infra/impact");
  const folders = findProducts(products);
  const { progressOf } = await import("./progress.js");
  const progress = progressOf("impact", process.stderr, json);
  const begun = new Map<string, number>();
  progress.begin(folders.map(({ folder }) => folder));
  const found = await impactOf(release, folders, {
    onInstall: (count) => {
      if (!json) progress.say(`installing the packages of ${String(count)} ${count === 1 ? "product" : "products"}`);
    },
    onStart: (product) => {
      begun.set(product, performance.now());
      progress.start(product);
    },
    onResult: ({ product, problem }) => {
      const seconds = (performance.now() - (begun.get(product) ?? 0)) / 1_000;
      progress.end({ id: product, status: problem === undefined ? "done" : "failed", seconds });
    },
  }).finally(() => {
    progress.stop();
  });
  process.stdout.write(`${json ? JSON.stringify(found, null, 2) : renderImpact(release, found, markdown)}\n`);
  const failed = found.some(({ problem }) => problem !== undefined);
  process.exitCode = failed ? 1 : found.some(({ deployments }) => Object.keys(deployments).length > 0) ? 2 : 0;
}

function releaseOf(spec: string): Release {
  const [, name, version] = /^((?:@[^@/]+\/)?[^@/]+)@(.+)$/.exec(spec) ?? [];
  if (name && version) return { name, version };
  throw infraError(
    `${JSON.stringify(spec)} is no package with a version`,
    "Write <name>@<version>, such as @infra/cloud-network@0.2.0",
  );
}
