import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import * as engineBinary from "@infra/opentofu";
import { goRelease, type GoRelease } from "./tools.js";

const DEFAULT_PROXY = "https://proxy.golang.org";

/** The environment and where progress goes; all functions of this package take them. */
export interface Context {
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}

/**
 * A `go` that is new enough: the one on PATH, else the pinned one in the cache, which is fetched as a module from the
 * module proxy (GOPROXY) when it is not there.
 * @param needed The least version, as go.mod writes it: `1.26.6`
 * @returns the path of the executable
 */
export async function findGo(needed: string, context: Context, release: GoRelease = goRelease): Promise<string> {
  const onPath = await goVersion("go", context.env);
  if (onPath && !isOlder(onPath, needed)) return "go";
  const target = path.join(engineBinary.cacheDirectory(context.env), "go", release.version);
  await engineBinary.makeOnce({
    target,
    make: (folder) => fetchGo(folder, release, context),
    onWait: () => context.log(`infra: waiting for another process that fetches Go ${release.version}`),
  });
  return path.join(target, "bin", "go");
}

async function goVersion(go: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(go, ["env", "GOVERSION"], { env: { ...env, GOTOOLCHAIN: "local" } });
    return /^go(\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

async function fetchGo(folder: string, release: GoRelease, { env, log }: Context): Promise<string> {
  const platform = engineBinary.goPlatform();
  const name = platform ? `${platform.os}-${platform.arch}` : `${process.platform}-${process.arch}`;
  const expected = release.checksums[name];
  if (!expected) throw new Error(`Go ${release.version} has no checksum for ${name}. Install Go and put it on PATH.`);
  const module = `golang.org/toolchain@v0.0.1-go${release.version}.${name}`;
  const started = Date.now();
  log(`infra: fetching Go ${release.version} from the module proxy (70 MB)`);
  const archive = path.join(folder, "go.zip");
  await downloadModule(module, archive, env);
  const files = unzipSync(await fs.readFile(archive));
  const found = moduleHash(files);
  if (found !== expected)
    throw new Error(`${module} has the hash ${found}, expected ${expected}. Nothing was installed; check GOPROXY.`);
  const target = path.join(folder, "go");
  await extract(files, `${module}/`, target);
  log(`infra: Go ${release.version} fetched in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return target;
}

/** Tries the proxies in order; `direct`, `off` and `file:` can't serve a toolchain here. */
async function downloadModule(module: string, file: string, env: NodeJS.ProcessEnv): Promise<void> {
  const proxies = (env["GOPROXY"] || DEFAULT_PROXY).split(/[,|]/).filter((proxy) => /^https?:\/\//.test(proxy));
  const [name, version] = module.split("@") as [string, string];
  let failure: unknown = new Error(`GOPROXY=${env["GOPROXY"] ?? ""} names no server. Install Go and put it on PATH.`);
  for (const proxy of proxies) {
    try {
      await engineBinary.downloadFile(`${proxy.replace(/\/+$/, "")}/${name}/@v/${version}.zip`, file);
      return;
    } catch (error) {
      if (!engineBinary.isEngineError(error, "unreachable")) throw error;
      failure = error;
      await fs.rm(file, { force: true });
    }
  }
  throw failure;
}

/** The `h1:` hash of go.sum: SHA-256 over the sorted list of the files' own. */
export function moduleHash(files: Readonly<Record<string, Uint8Array>>): string {
  const list = createHash("sha256");
  for (const name of Object.keys(files).sort()) {
    const content = files[name] ?? new Uint8Array();
    list.update(`${createHash("sha256").update(content).digest("hex")}  ${name}\n`);
  }
  return `h1:${list.digest("base64")}`;
}

async function extract(files: Readonly<Record<string, Uint8Array>>, prefix: string, target: string): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const inside = path.posix.normalize(name.slice(prefix.length));
    if (!name.startsWith(prefix) || inside.startsWith("..")) throw new Error(`${name} is outside ${prefix}`);
    const file = path.join(target, inside);
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(file, content, { mode: /^(bin|pkg\/tool)\//.test(inside) ? 0o755 : 0o644 });
  }
}

/** Compares `major.minor[.patch]`. */
export function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, "en", { numeric: true }) < 0;
}
