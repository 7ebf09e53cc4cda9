import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ensureEngine, ensureTool, mirrorDirectory, toolPath } from "./toolchain.js";

let folder: string;
let bin: string;
let env: NodeJS.ProcessEnv;
let lines: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "toolchain-spec-"));
  bin = path.join(folder, "bin");
  mkdirSync(bin);
  lines = [];
  // Nothing listens on port 1: neither a release nor a Go toolchain can be downloaded.
  const nowhere = "http://127.0.0.1:1";
  env = { PATH: bin, INFRA_CACHE: path.join(folder, "cache"), INFRA_ENGINE_MIRROR: nowhere, GOPROXY: nowhere };
});
afterEach(() => rmSync(folder, { recursive: true }));

const log = (line: string) => lines.push(line);
const ensure = (name: "tofu" | "provider-hcloud") => ensureTool(name, { env, log });

/** A `go` that writes down how it was called and "builds" a program; `build` is the shell code that does so. */
function fakeGo(version: string, build = 'printf "#!/bin/sh\\n" >"$out"; /bin/chmod +x "$out"'): void {
  const calls = path.join(folder, "calls");
  const code = [
    "#!/bin/sh",
    `if [ "$1" = env ]; then echo go${version}; exit; fi`,
    `echo "$PWD $GOFLAGS $GOTOOLCHAIN $*" >>${calls}`,
    'while [ "$1" != -o ]; do shift; done; out=$2',
    build,
  ];
  writeFileSync(path.join(bin, "go"), `${code.join("\n")}\n`, { mode: 0o755 });
}

const calls = () => readFileSync(path.join(folder, "calls"), "utf8").trimEnd().split("\n");

describe("ensuring a tool", () => {
  test("builds it from its wrapper module into the cache", async () => {
    fakeGo("1.30.0");
    const file = await ensure("provider-hcloud");
    expect(file).toBe(toolPath("provider-hcloud", env));
    expect(existsSync(file)).toBe(true);
    expect(calls()).toEqual([
      expect.stringMatching(/go\/hcloud {2}local build -mod=readonly -trimpath .*terraform-provider-hcloud$/),
    ]);
    expect(lines).toEqual([
      expect.stringContaining("building provider-hcloud"),
      expect.stringMatching(/built .* in \d+ s/),
    ]);
  });

  test("puts a provider where the engine looks for it in a filesystem mirror", async () => {
    fakeGo("1.30.0");
    const inside = path.relative(mirrorDirectory(env), await ensure("provider-hcloud"));
    expect(inside).toMatch(
      /^registry\.opentofu\.org\/hetznercloud\/hcloud\/1\.57\.0\/[a-z]+_[a-z0-9]+\/terraform-provider-hcloud_v1\.57\.0$/,
    );
  });

  test("starts nothing when it is cached", async () => {
    fakeGo("1.30.0");
    await ensure("provider-hcloud");
    lines = [];
    await ensure("provider-hcloud");
    expect(calls()).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  test("builds once for several callers at once", async () => {
    fakeGo("1.30.0");
    await Promise.all([ensure("provider-hcloud"), ensure("provider-hcloud"), ensure("provider-hcloud")]);
    expect(calls()).toHaveLength(1);
  });

  test("builds tofu when its official release can't be reached", async () => {
    fakeGo("1.30.0");
    expect(await ensure("tofu")).toBe(toolPath("tofu", env));
    expect(calls()).toEqual([expect.stringMatching(/go\/tofu .*version\.dev=no .*cmd\/tofu$/)]);
  });

  test("keeps the log of a failed build, names it, and leaves nothing else", async () => {
    fakeGo("1.30.0", "echo first; echo undefined: x >&2; exit 1");
    const message = expect.stringMatching(/could not be built.*logs\/provider-hcloud-1\.57\.0\.log.*undefined: x/s);
    await expect(ensure("provider-hcloud")).rejects.toMatchObject({ message });
    expect(readFileSync(path.join(folder, "cache", "logs", "provider-hcloud-1.57.0.log"), "utf8")).toMatch(/^first\n/);
    expect(readdirSync(path.dirname(toolPath("provider-hcloud", env)))).toEqual([]);
  });

  test("fetches Go when the one on PATH is older than the wrapper module demands", async () => {
    fakeGo("1.20.0");
    await expect(ensure("provider-hcloud")).rejects.toMatchObject({ code: "unreachable" });
    expect(lines).toContainEqual(expect.stringContaining("fetching Go"));
  });
});

describe("ensuring a service", () => {
  const program = (name: string, code: string) =>
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${code}\n`, { mode: 0o755 });

  test("takes one on PATH whose version fits", async () => {
    program("garage", "echo garage v2.6.1");
    program("consul", "echo Consul v1.21.0");
    expect(await ensureTool("garage", { env, log })).toBe(path.join(bin, "garage"));
    expect(await ensureTool("consul", { env, log })).toBe(path.join(bin, "consul"));
    expect(lines).toEqual([]);
  });

  test("builds it when the one on PATH is older, or of another major version", async () => {
    fakeGo("1.30.0");
    program("consul", "echo Consul v1.20.1");
    program("garage", "echo garage v3.0.0");
    program("cargo", 'while [ "$1" != --root ]; do shift; done; mkdir -p "$2/bin"; echo >"$2/bin/garage"');
    env["PATH"] = `${bin}${path.delimiter}/bin${path.delimiter}/usr/bin`;
    expect(await ensureTool("consul", { env, log })).toBe(toolPath("consul", env));
    expect(await ensureTool("garage", { env, log })).toBe(toolPath("garage", env));
  });

  test("tells every half a minute that cargo still builds", async () => {
    const done = path.join(folder, "done");
    program("cargo", `while [ ! -e ${done} ]; do /bin/sleep 0.05; done; /bin/mkdir -p "$7/bin"; echo >"$7/bin/garage"`);
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    try {
      const built = ensureTool("garage", { env, log });
      await vi.waitUntil(() => lines.length > 0, { timeout: 60_000 });
      vi.advanceTimersByTime(60_000);
      writeFileSync(done, "");
      await built;
    } finally {
      vi.useRealTimers();
    }
    expect(lines.map((line) => line.replace(/\(.*\)/, "(…)"))).toEqual([
      "infra: building garage 2.5.0 from crates (…)",
      "infra: building garage 2.5.0: 30 s",
      "infra: building garage 2.5.0: 60 s",
      "infra: built garage 2.5.0 in 60 s",
    ]);
    expect(readdirSync(path.join(folder, "cache/logs"))).toEqual([]);
  });

  test("keeps the log of a build with cargo that failed, and names it", async () => {
    program("cargo", "echo error: no linker >&2; exit 101");
    await expect(ensureTool("garage", { env, log })).rejects.toThrow(
      /garage 2\.5\.0 could not be built.*logs\/garage-2\.5\.0\.log.*no linker/s,
    );
  });

  test("says what to install when there is no cargo", async () => {
    await expect(ensureTool("garage", { env, log })).rejects.toThrow(
      /no cargo to build it\. Install garage 2\.5\.0, or Rust/,
    );
  });
});

describe("ensuring an engine", () => {
  test("takes the one on PATH and builds nothing", async () => {
    const file = path.join(bin, "terraform");
    writeFileSync(file, `#!/bin/sh\necho '{"terraform_version":"1.11.4"}'\n`, { mode: 0o755 });
    expect(await ensureEngine({ env, log })).toBe(file);
    expect(lines).toEqual([]);
  });

  test("builds tofu when there is none and none can be downloaded", async () => {
    fakeGo("1.30.0");
    expect(await ensureEngine({ env, log })).toBe(toolPath("tofu", env));
  });
});

describe("ensuring a tool of PyPI", () => {
  /** A `python3` that makes an environment whose Python writes down how it was called. */
  function fakePython(version: string): void {
    const calls = path.join(folder, "calls");
    const inner = `#!/bin/sh\\necho "$*" >>${calls}\\n`;
    const code = [
      "#!/bin/sh",
      `if [ "$1" = -c ]; then echo ${version}; exit; fi`,
      `/bin/mkdir -p "$3/bin"; printf '${inner}' >"$3/bin/python"; /bin/chmod +x "$3/bin/python"`,
    ];
    writeFileSync(path.join(bin, "python3"), `${code.join("\n")}\n`, { mode: 0o755 });
  }

  test("installs exactly what its list has, into an environment of its own", async () => {
    fakePython("3.11");
    const file = await ensureTool("checkov", { env, log });
    expect(file).toBe(toolPath("checkov", env));
    expect(calls()).toEqual([expect.stringMatching(/^-m pip install --require-hashes .*checkov\/requirements\.txt$/)]);
    expect(readFileSync(file, "utf8")).toContain('"$(dirname "$0")/python" -m checkov.main');
    await ensureTool("checkov", { env, log });
    expect(calls()).toHaveLength(1);
  });

  test("says what to do when Python is missing or too old, and leaves nothing", async () => {
    fakePython("3.8");
    await expect(ensureTool("checkov", { env, log })).rejects.toThrow(/no Python 3\.10 or newer.*Install Python 3/);
    expect(existsSync(path.dirname(path.dirname(toolPath("checkov", env))))).toBe(false);
  });
});
