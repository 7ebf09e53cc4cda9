import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { bindingsOf, type Deployment, describeTerraformProvider, readJson, stackPackage } from "@infra/inventory";
import { z } from "zod";

const names = z.record(z.string(), z.string()).default({});
const manifestSchema = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  dependencies: names,
  devDependencies: names,
  peerDependencies: names,
});

interface Installed {
  readonly folder: string;
  readonly manifest: z.output<typeof manifestSchema>;
}

/** Packages that decide what is synthesized, below those that ask for them. */
const deciding = /^(?:@infra\/(?!provider-|mock-provider$)|cdktf$|constructs$)/;

/**
 * The exact versions of all packages that decide what a deployment becomes: its stack, the modules below it, the bindings of its
 * cloud and of other providers that it names, core and the engine. A stack that is a folder of the workspace may use every package of the workspace.
 */
export function packagesOf({ stack, settings, providers }: Deployment, root: string): Record<string, string> {
  const found = new Map<string, string>();
  const add = (name: string, from: string): void => {
    const installed = found.has(name) ? undefined : findPackage(name, from);
    if (!installed) return;
    found.set(name, installed.manifest.version ?? "");
    below(installed, add);
  };
  const name = stackPackage(stack);
  const local = name.startsWith(".") && manifestIn(resolve(root, name));
  if (local) below(local, add);
  const workspace = name.startsWith(".") && manifestIn(root);
  if (workspace) below(workspace, add);
  if (!name.startsWith(".")) add(name, root);
  const named = [...(providers?.keys() ?? [])].map(describeTerraformProvider);
  for (const { bindings } of [...bindingsOf(settings.provider), ...named]) add(bindings, root);
  const own = manifestIn(join(__dirname, "../.."));
  if (own) {
    found.set("@infra/engine", own.manifest.version ?? "");
    below(own, add);
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function below({ folder, manifest }: Installed, add: (name: string, from: string) => void): void {
  const { dependencies, devDependencies, peerDependencies } = manifest;
  for (const name of Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies }))
    if (deciding.test(name)) add(name, folder);
}

/** The package that a folder would load. @returns undefined when it is not installed */
function findPackage(name: string, from: string): Installed | undefined {
  const folders = createRequire(join(from, "package.json")).resolve.paths(name) ?? [];
  for (const folder of folders) {
    const installed = manifestIn(join(folder, name));
    if (installed) return installed;
  }
  return undefined;
}

const known = new Map<string, Installed | undefined>();

function manifestIn(folder: string): Installed | undefined {
  if (!known.has(folder)) known.set(folder, readManifest(folder));
  return known.get(folder);
}

function readManifest(folder: string): Installed | undefined {
  try {
    const file = createRequire(join(folder, "x")).resolve("./package.json");
    const parsed = manifestSchema.safeParse(readJson(file));
    // Behind a link are the packages that this one itself would load.
    return parsed.success ? { folder: dirname(file), manifest: parsed.data } : undefined;
  } catch {
    return undefined;
  }
}
