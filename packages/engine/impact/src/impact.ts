import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { compareConfigurations, type Configuration, type ResourceDifference } from "./compare.js";
import { type Installation, type Installer, isChangedBy, npmInstaller } from "./installation.js";
import type { SynthesisAnswer } from "./messages.js";
import type { ProductFolder } from "./products.js";
import { Synthesizer } from "./synthesizer.js";

/** One package in another version. */
export interface Release {
  readonly name: string;
  readonly version: string;
}

/** What a release would do to one product. */
export interface ProductImpact {
  readonly product: string;
  /** Deployments of which a resource would differ, by id. */
  readonly deployments: Readonly<Record<string, readonly ResourceDifference[]>>;
  /** Why it cannot be told of something in it. @default - it can */
  readonly problem?: string;
}

/** How it is found out. */
export interface ImpactOptions {
  /** @default - npm, into the cache */
  readonly installer?: Installer;
  /** Told before packages are installed, for so many products; that can take minutes. */
  readonly onInstall?: (products: number) => void;
  /** Told of each product that is begun. @param product Its name */
  readonly onStart?: (product: string) => void;
  /** Told of each product that is done. */
  readonly onResult?: (impact: ProductImpact) => void;
  /** How many processes synthesize at once, two for each product. @default - the number of processors */
  readonly parallelism?: number;
}

/** Products that have the same packages. */
interface Group {
  readonly before: Installation;
  readonly after: Installation;
  /** With their places in the results. */
  readonly products: (readonly [number, ProductFolder])[];
}

/**
 * What a release would change: every deployment is synthesized with the pins that its product has, and with the release in their
 * place. Products with the same pins share one installation and the processes that load it; of those whose packages do not change,
 * nothing is synthesized. Nothing is written to the products.
 */
export async function impactOf(
  release: Release,
  products: readonly ProductFolder[],
  { installer = npmInstaller, onInstall, onStart, onResult, parallelism = availableParallelism() }: ImpactOptions = {},
): Promise<ProductImpact[]> {
  const results: ProductImpact[] = [];
  const groups = groupsOf(release, products, installer);
  const installed = (index: number) =>
    attempt(async () => {
      const group = groups[index];
      if (!group) return undefined;
      onInstall?.(group.products.length);
      return await install(release, group);
    });
  let upcoming = installed(0);
  for (const [index, { products: members }] of groups.entries()) {
    const pair = await upcoming;
    // Packages of the next products are installed while these are synthesized.
    upcoming = installed(index + 1);
    const queue = [...members];
    const work = async (lane: Lane) => {
      try {
        for (let next = queue.shift(); next; next = queue.shift()) {
          onStart?.(basename(next[1].folder));
          const impact = await lane.impactOn(next[1]);
          results[next[0]] = impact;
          onResult?.(impact);
        }
      } finally {
        lane.close();
      }
    };
    const lanes = Math.max(1, Math.min(Math.floor(parallelism / 2), queue.length));
    await Promise.all(Array.from({ length: lanes }, () => work(new Lane(pair))));
  }
  return results;
}

function groupsOf(release: Release, products: readonly ProductFolder[], installer: Installer): Group[] {
  const groups = new Map<string, Group>();
  for (const [place, product] of products.entries()) {
    const [before, after] = [installer(product), installer(product, release)];
    const key = `${before.key} ${after.key}`;
    const group = groups.get(key) ?? { before, after, products: [] };
    group.products.push([place, product]);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The two node_modules of a group. @returns none when the release changes no package of it */
async function install(release: Release, { before, after }: Group): Promise<readonly [string, string] | undefined> {
  const old = await before.install();
  return isChangedBy(release, old) === false ? undefined : [old, await after.install()];
}

/** Finds out about one product after the other, with one process for each of two installations. */
class Lane {
  private readonly synthesizers: readonly [Synthesizer, Synthesizer] | undefined;

  constructor(private readonly pair: { value?: readonly [string, string] | undefined; problem?: string }) {
    const { value } = pair;
    this.synthesizers = value && [new Synthesizer(value[0]), new Synthesizer(value[1])];
  }

  async impactOn({ folder, inventory, own }: ProductFolder): Promise<ProductImpact> {
    const product = basename(folder);
    const { problem } = this.pair;
    if (!this.synthesizers) return { product, deployments: {}, ...(problem === undefined ? {} : { problem }) };
    const [before, after] = this.synthesizers;
    const request = { folder, inventory, own };
    const answers = await attempt(() => Promise.all([before.synthesize(request), after.synthesize(request)]));
    if (!answers.value) return { product, deployments: {}, problem: answers.problem ?? "" };
    return { product, ...compare(...answers.value) };
  }

  close(): void {
    for (const each of this.synthesizers ?? []) each.close();
  }
}

function compare(before: SynthesisAnswer, after: SynthesisAnswer): Omit<ProductImpact, "product"> {
  const problems = [...new Set([...before.problems, ...after.problems])];
  const isKnown = (id: string) => !problems.some((problem) => problem.startsWith(`${id}: `));
  const ids = Object.keys({ ...before.configurations, ...after.configurations })
    .filter(isKnown)
    .sort();
  const compared = ids.map((id) => {
    const [old = "{}", now = "{}"] = [before.configurations[id], after.configurations[id]];
    return [id, old === now ? [] : compareConfigurations(parse(old), parse(now))] as const;
  });
  const deployments = Object.fromEntries(compared.filter(([, found]) => found.length > 0));
  return { deployments, ...(problems.length > 0 ? { problem: problems.join("\n") } : {}) };
}

function parse(text: string): Configuration {
  return JSON.parse(text) as Configuration;
}

async function attempt<T>(action: () => Promise<T>): Promise<{ value?: T; problem?: string }> {
  try {
    return { value: await action() };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
