import { bindingsOf, providerNames } from "@infra/inventory";
import { toolPath } from "@infra/toolchain";
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** A folder of provider binaries in the layout of a filesystem mirror. */
export interface Mirror {
  readonly folder: string;
  /** Versions for this platform by source, such as `registry.opentofu.org/hashicorp/aws`. */
  readonly versions: ReadonlyMap<string, readonly string[]>;
}

/** The platform as providers name it: `linux_amd64`. */
const platform = basename(dirname(toolPath("provider-hcloud")));

/** The sources that the examples use; a mirror that was made for Terraform has another host. */
const used = new Set(providerNames.flatMap((name) => bindingsOf(name)).map(({ source }) => source));

const unpacked = `<host>/<namespace>/<name>/<version>/${platform}/terraform-provider-<name>_v<version>`;
const packed = `<host>/<namespace>/<name>/terraform-provider-<name>_<version>_${platform}.zip`;
const layout = `A mirror holds ${unpacked} or ${packed}; "tofu providers mirror <folder>" makes one.`;

/**
 * Reads which providers a mirror has for this platform.
 * @throws Error that names the folder, what is wrong with it and the layout of a mirror
 */
export function readMirror(path: string): Mirror {
  const folder = resolve(path);
  const status = statSync(folder, { throwIfNoEntry: false });
  if (!status) throw new Error(`--providers ${path}: the folder is not found. ${layout}`);
  if (!status.isDirectory()) throw new Error(`--providers ${path} is a file, not a folder. ${layout}`);
  const versions = new Map<string, string[]>();
  const foreign = new Set<string>();
  for (const source of sourcesIn(folder)) {
    const { own, others } = versionsIn(folder, source);
    if (own.length > 0) versions.set(source, own);
    else for (const other of others) foreign.add(other);
  }
  if ([...versions.keys()].some((source) => used.has(source))) return { folder, versions };
  if (versions.size > 0)
    throw new Error(
      `--providers ${path} has ${[...versions.keys()].join(", ")}: no example uses it. They use ${[...used].join(", ")}.`,
    );
  if (foreign.size > 0)
    throw new Error(
      `--providers ${path} has providers for ${[...foreign].sort().join(", ")} only, not for ${platform}.`,
    );
  throw new Error(`--providers ${path} has no provider. ${layout}`);
}

/** `<host>/<namespace>/<name>` of each folder at that depth. */
function sourcesIn(folder: string): string[] {
  return foldersIn(folder)
    .filter((host) => host.includes("."))
    .flatMap((host) => foldersIn(folder, host))
    .flatMap((namespace) => foldersIn(folder, namespace));
}

/** The versions of a provider for this platform, and the other platforms that it is there for. */
function versionsIn(folder: string, source: string): { readonly own: string[]; readonly others: string[] } {
  const name = basename(source);
  const found = [...unpackedIn(folder, source, name), ...packedIn(folder, source, name)];
  const own = found.filter((each) => each.platform === platform).map(({ version }) => version);
  const others = found.filter((each) => each.platform !== platform).map((each) => each.platform);
  return { own: [...new Set(own)].sort(), others };
}

interface Found {
  readonly version: string;
  readonly platform: string;
}

function unpackedIn(folder: string, source: string, name: string): Found[] {
  return foldersIn(folder, source)
    .flatMap((version) => foldersIn(folder, version))
    .filter((each) => namesIn(join(folder, each)).some((file) => file.startsWith(`terraform-provider-${name}`)))
    .map((each) => ({ version: basename(dirname(each)), platform: basename(each) }));
}

function packedIn(folder: string, source: string, name: string): Found[] {
  const prefix = `terraform-provider-${name}_`;
  return namesIn(join(folder, source))
    .filter((file) => file.startsWith(prefix) && file.endsWith(".zip"))
    .flatMap((file) => {
      const [version, os, arch] = file.slice(prefix.length, -".zip".length).split("_");
      return version && os && arch ? [{ version, platform: `${os}_${arch}` }] : [];
    });
}

function foldersIn(folder: string, below = ""): string[] {
  return namesIn(join(folder, below))
    .map((name) => (below === "" ? name : `${below}/${name}`))
    .filter((path) => statSync(join(folder, path), { throwIfNoEntry: false })?.isDirectory() === true);
}

/** The names in a folder; none where there is no folder. @throws Error of a folder that cannot be read */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}
