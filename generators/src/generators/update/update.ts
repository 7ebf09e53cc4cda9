import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type GeneratorCallback, installPackagesTask, logger, type Tree } from "@nx/devkit";
import { type Bump, bumpsOf, type Component, componentOf, pinsIn, withBumps } from "../../product/bumps.js";
import { describeFinished, describeHealed, finishUpdate } from "../../product/finish.js";
import { type Manifest, packageManagerOf, readManifest, writeManifest } from "../../product/manifest.js";
import { healOwned, ownedFiles, ownedGroups } from "../../product/owned.js";
import { npmRegistry, type Registry } from "../../product/registry.js";
import { forUser } from "../../product/report.js";
import { installedVersion } from "../../product/template.js";

/** Options of the generator; `schema.json` describes them. */
export interface UpdateOptions {
  readonly check?: boolean;
  readonly profile?: string;
  readonly component?: string;
  readonly skipInstall?: boolean;
}

/**
 * Updates a product: raises its pins to a channel, installs them, then, with the version that is installed by then, migrates what the
 * product owns and restores what the template keeps.
 *
 * @param registry Where versions are looked up. @default - the one that npm is configured for
 * @param migrations Folder of the migrations. @default - this package's own
 * @throws Error when the channel or the component is wrong, or the registry cannot be asked
 */
export default function updateGenerator(
  tree: Tree,
  options: UpdateOptions,
  registry: Registry = npmRegistry(tree.root),
  migrations?: string,
): Promise<GeneratorCallback> {
  return forUser(async () => {
    const manifest = readManifest(tree);
    const component = componentOf(manifest, options.component);
    const profile = options.profile ?? manifest.infra?.profile ?? "stable";
    const bumps = component?.kind === "group" ? [] : await bumpsOf(manifest, profile, registry, component?.name);
    if (options.check === true) return check(tree, manifest, profile, bumps, component);
    const chosen = options.profile === undefined ? manifest : { ...manifest, infra: { ...manifest.infra, profile } };
    const raised = withBumps(chosen, bumps);
    writeManifest(tree, raised);
    for (const { name, from, to } of bumps) logger.info(`RAISE ${name} ${from} → ${to}`);
    return rest(tree, raised, component, options, migrations);
  });
}

/** What comes after the pins: at once where they are installed, else when Nx has written them. */
async function rest(
  tree: Tree,
  manifest: Manifest,
  component: Component | undefined,
  { skipInstall = false }: UpdateOptions,
  migrations?: string,
): Promise<GeneratorCallback> {
  if (component?.kind === "group") {
    for (const line of describeHealed(healOwned(tree, manifest, [component.name]))) logger.info(line);
    return () => undefined;
  }
  const behind = Object.entries(pinsIn(manifest)).some(([name, version]) => {
    const installed = name.startsWith("@infra/") ? installedVersion(name, tree.root) : version;
    return installed !== version;
  });
  if (behind && !skipInstall) return () => installAndFinish(tree, manifest, component);
  if (component === undefined) logger.info(describeFinished(await finishUpdate(tree, migrations)).trimEnd());
  return () => undefined;
}

function installAndFinish(tree: Tree, manifest: Manifest, component: Component | undefined): void {
  installPackagesTask(tree, true, "", packageManagerOf(tree, manifest));
  if (component !== undefined && component.name !== "@infra/product") return;
  // The migrations and templates are those of the version that was installed a moment ago: another process loads them.
  const command = createRequire(join(tree.root, "package.json")).resolve("@infra/product/finish-update");
  execFileSync(process.execPath, [command, tree.root], { cwd: tree.root, stdio: "inherit" });
}

/** Reports what an update would change, and what the template keeps. @returns ends the process with 2 when something is behind */
function check(
  tree: Tree,
  manifest: Manifest,
  profile: string,
  bumps: readonly Bump[],
  component: Component | undefined,
): GeneratorCallback {
  const groups = component === undefined ? undefined : component.kind === "group" ? [component.name] : [];
  const files = ownedFiles(tree, manifest, groups).map(({ group, path, text }) => {
    const found = tree.read(path, "utf8");
    return { group, path, state: found === text ? "ok" : found === null ? "missing" : "different" };
  });
  const width = Math.max(0, ...files.map(({ path }) => path.length));
  const lines = [
    bumps.length === 0 ? `Every pin is at the channel ${profile}.` : `Behind the channel ${profile}:`,
    ...bumps.map(({ name, from, to }) => `  ${name} ${from} → ${to}`),
    "The template keeps these files; an update restores them:",
    ...files.map(
      ({ group, path, state }) => `  ${path.padEnd(width)}  ${state.padEnd(9)}  ${ownedGroups[group].description}`,
    ),
    "Everything else is the product's: inventory/, package.json but for the pins, .env*, README.md, docs/, local.mk, nx.json.",
  ];
  for (const line of lines) logger.info(line);
  const behind = bumps.length > 0 || files.some(({ state }) => state !== "ok");
  return () => {
    if (behind) process.exit(2);
  };
}
