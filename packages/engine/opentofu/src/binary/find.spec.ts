import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findEngine } from "./find.js";
import { identify } from "./probe.js";

let folder: string;
let bin: string;
let env: NodeJS.ProcessEnv;
let lines: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "binary-spec-"));
  bin = path.join(folder, "bin");
  mkdirSync(bin);
  lines = [];
  // Nothing listens on port 1, so nothing can be downloaded.
  env = { PATH: bin, INFRA_CACHE: path.join(folder, "cache"), INFRA_ENGINE_MIRROR: "http://127.0.0.1:1" };
});
afterEach(() => rmSync(folder, { recursive: true }));

const find = () => findEngine({ env, log: (line) => lines.push(line) });

/** A script that answers like an engine of this version. */
function fakeEngine(file: string, version: string, product = "OpenTofu"): string {
  mkdirSync(path.dirname(file), { recursive: true });
  const json = JSON.stringify({ terraform_version: version });
  writeFileSync(file, `#!/bin/sh\n[ "$2" = -json ] && echo '${json}' || echo '${product} v${version}'\n`);
  chmodSync(file, 0o755);
  return file;
}

describe("finding the engine", () => {
  test("takes what INFRA_ENGINE names before all else", async () => {
    fakeEngine(path.join(bin, "tofu"), "1.12.6");
    const file = fakeEngine(path.join(folder, "terraform-1.13"), "1.13.0");
    env["INFRA_ENGINE"] = file;
    expect(await find()).toEqual({ path: file, name: "terraform", version: "1.13.0" });
  });

  test("asks a program of another name what it is", async () => {
    env["INFRA_ENGINE"] = fakeEngine(path.join(folder, "engine"), "1.12.6");
    expect((await find()).name).toBe("tofu");
    env["INFRA_ENGINE"] = fakeEngine(path.join(folder, "other"), "1.12.6", "Terraform");
    expect((await find()).name).toBe("terraform");
  });

  test("refuses an INFRA_ENGINE that is missing, not executable or no engine", async () => {
    const notExecutable = path.join(folder, "tofu");
    writeFileSync(notExecutable, "");
    for (const file of [path.join(folder, "missing"), notExecutable, "/bin/true"]) {
      env["INFRA_ENGINE"] = file;
      await expect(find()).rejects.toMatchObject({ code: "not-runnable", message: expect.stringContaining(file) });
    }
  });

  test("refuses an INFRA_ENGINE that is too old", async () => {
    env["INFRA_ENGINE"] = fakeEngine(path.join(folder, "terraform"), "1.10.5");
    await expect(find()).rejects.toMatchObject({ code: "too-old", message: expect.stringContaining("1.10.5") });
  });

  test("prefers tofu to terraform on PATH", async () => {
    fakeEngine(path.join(bin, "terraform"), "1.12.0");
    const tofu = fakeEngine(path.join(bin, "tofu"), "1.10.0");
    expect(await find()).toEqual({ path: tofu, name: "tofu", version: "1.10.0" });
  });

  test("takes terraform 1.11 or later when there is no tofu", async () => {
    const terraform = fakeEngine(path.join(bin, "terraform"), "1.11.0");
    expect(await find()).toEqual({ path: terraform, name: "terraform", version: "1.11.0" });
    expect(lines).toEqual([]);
  });

  test("skips a terraform that is too old, says so, and takes the pinned OpenTofu of the cache", async () => {
    fakeEngine(path.join(bin, "terraform"), "1.5.7");
    const cached = fakeEngine(path.join(folder, "cache", "tofu", "1.12.6", "tofu"), "1.12.6");
    expect(await find()).toEqual({ path: cached, name: "tofu", version: "1.12.6" });
    expect(lines).toEqual([expect.stringMatching(/terraform 1\.5\.7, at least 1\.11\.0 is needed: skipped/)]);
  });

  test("skips a tofu on PATH that can't be run, and says so", async () => {
    writeFileSync(path.join(bin, "tofu"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const terraform = fakeEngine(path.join(bin, "terraform"), "1.11.4");
    expect((await find()).path).toBe(terraform);
    expect(lines).toEqual([expect.stringMatching(/tofu can't be run/)]);
  });

  test("names the remedies when there is none and none can be downloaded", async () => {
    const message = expect.stringMatching(/127\.0\.0\.1:1.*make toolchain.*install tofu.*INFRA_ENGINE/s);
    await expect(find()).rejects.toMatchObject({ code: "not-found", message });
  });

  test("installs nothing when it is not to", async () => {
    await expect(findEngine({ env, install: false })).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("identifying a program", () => {
  const answer = '{"terraform_version":"1.12.6"}';

  test("starts it once until the file changes", async () => {
    const file = path.join(bin, "tofu");
    writeFileSync(file, "\x7fELF");
    let starts = 0;
    const run = () => {
      starts += 1;
      return Promise.resolve(answer);
    };
    await identify(file, env, run);
    expect(await identify(file, env, run)).toMatchObject({ name: "tofu", version: "1.12.6" });
    expect(starts).toBe(1);
    writeFileSync(file, "\x7fELF, longer");
    await identify(file, env, run);
    expect(starts).toBe(2);
  });

  test("starts a script every time, as version managers answer by folder", async () => {
    const file = fakeEngine(path.join(bin, "tofu"), "1.12.6");
    await identify(file, env);
    fakeEngine(file, "1.12.7");
    expect((await identify(file, env)).version).toBe("1.12.7");
  });

  test("asks again when what it remembers is damaged", async () => {
    const file = path.join(bin, "tofu");
    writeFileSync(file, "\x7fELF");
    await identify(file, env, () => Promise.resolve(answer));
    const versions = path.join(folder, "cache", "versions");
    for (const name of readdirSync(versions)) writeFileSync(path.join(versions, name), "{");
    const second = await identify(file, env, () => Promise.resolve(answer.replace("1.12.6", "1.12.7")));
    expect(second.version).toBe("1.12.7");
  });

  test("asks without the user's arguments and settings", async () => {
    const file = path.join(bin, "tofu");
    writeFileSync(file, "\x7fELF");
    const seen: NodeJS.ProcessEnv[] = [];
    await identify(file, { ...env, TF_CLI_ARGS: "-x", TF_LOG: "trace" }, (_file, _args, given) => {
      seen.push(given);
      return Promise.resolve(answer);
    });
    expect(seen[0]).not.toHaveProperty("TF_CLI_ARGS");
    expect(seen[0]).toMatchObject({ TF_CLI_CONFIG_FILE: os.devNull, CHECKPOINT_DISABLE: "1" });
  });
});
