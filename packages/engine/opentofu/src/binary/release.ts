import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import { cacheDirectory, makeOnce } from "./cache.js";
import { downloadFile, downloadText } from "./download.js";
import { noRelease } from "./errors.js";

/** The OpenTofu that is installed when no engine is on PATH. */
// renovate: datasource=github-releases depName=opentofu/opentofu
export const PINNED_OPENTOFU = "1.12.6";

const OFFICIAL = "https://github.com/opentofu/opentofu/releases/download";

/** Names of operating systems and processors in Go's releases, by Node's. */
const GO_OS: Partial<Record<string, string>> = { linux: "linux", darwin: "darwin", freebsd: "freebsd" };
const GO_ARCH: Partial<Record<string, string>> = { x64: "amd64", arm64: "arm64", arm: "arm", ia32: "386" };

/** How {@link installOpenTofu} goes about it. */
export interface InstallOptions {
  /** Where INFRA_CACHE and INFRA_ENGINE_MIRROR (base URL of the releases) are read from. @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** Which OpenTofu. @default - the pinned one */
  readonly version?: string;
  /** Milliseconds to wait for the server. @default 15000 */
  readonly timeout?: number;
  /** Receives one line when it starts and one when it is done. @default - lines on standard error */
  readonly log?: (line: string) => void;
}

/** Operating system and processor as OpenTofu writes them: `linux_amd64`. @returns undefined where Go has none */
export function goPlatform(): { readonly os: string; readonly arch: string } | undefined {
  const [os, arch] = [GO_OS[process.platform], GO_ARCH[process.arch]];
  return os && arch ? { os, arch } : undefined;
}

/** Path of the pinned OpenTofu, or of another version, in the cache, whether it is there or not. */
export function pinnedOpenTofuPath(env: NodeJS.ProcessEnv = process.env, version = PINNED_OPENTOFU): string {
  return path.join(cacheDirectory(env), "tofu", version, "tofu");
}

/**
 * The pinned OpenTofu, or another version, in the cache, installed from the official release when it is not there. Several processes may
 * call it at once.
 * @returns the path of the executable
 * @throws EngineError `unreachable`, `checksum` or `no-release`; nothing is left in the cache then
 */
export async function installOpenTofu(options: InstallOptions = {}): Promise<string> {
  const { env = process.env, version = PINNED_OPENTOFU, log = logToStandardError } = options;
  const target = pinnedOpenTofuPath(env, version);
  return await makeOnce({
    target,
    make: async (folder) => {
      const started = Date.now();
      const made = await fetchRelease(folder, options, log);
      log(`infra: OpenTofu ${version} installed in ${((Date.now() - started) / 1000).toFixed(1)} s: ${target}`);
      return made;
    },
    onWait: () => log(`infra: waiting for another process that installs OpenTofu ${version}`),
  });
}

/** The default of every `log` option. */
export function logToStandardError(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function fetchRelease(
  folder: string,
  { env = process.env, version = PINNED_OPENTOFU, timeout = 15_000 }: InstallOptions,
  log: (line: string) => void,
): Promise<string> {
  const platform = goPlatform();
  if (!platform) throw noRelease(version, `no release for ${process.platform} on ${process.arch}`);
  const base = `${(env["INFRA_ENGINE_MIRROR"] || OFFICIAL).replace(/\/+$/, "")}/v${version}`;
  const archive = `tofu_${version}_${platform.os}_${platform.arch}.tar.gz`;
  log(`infra: installing OpenTofu ${version} from ${base}`);

  const sums = await downloadText(`${base}/tofu_${version}_SHA256SUMS`, { timeout });
  const sha256 = checksumOf(archive, sums);
  if (!sha256) throw noRelease(version, `its SHA256SUMS do not list ${archive}`);
  const file = path.join(folder, archive);
  await downloadFile(`${base}/${archive}`, file, { sha256, timeout });
  return await extract(file, folder, archive, version);
}

/** The checksum of a file in the text of a SHA256SUMS file: `<64 hex digits>  <name>` per line. */
function checksumOf(name: string, sums: string): string | undefined {
  for (const line of sums.split("\n")) {
    const [, sha256, file] = /^([0-9a-f]{64}) [ *](\S+)\s*$/.exec(line) ?? [];
    if (file === name) return sha256;
  }
  return undefined;
}

async function extract(file: string, folder: string, archive: string, version: string): Promise<string> {
  try {
    await promisify(execFile)("tar", ["-xzf", file, "-C", folder, "tofu"]);
  } catch (error) {
    throw noRelease(version, `${archive} could not be extracted by tar: ${String(error)}`);
  }
  const tofu = path.join(folder, "tofu");
  await fs.chmod(tofu, 0o755);
  return tofu;
}
