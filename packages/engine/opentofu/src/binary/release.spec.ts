import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import * as http from "node:http";
import { type AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findEngine } from "./find.js";
import { goPlatform, installOpenTofu, PINNED_OPENTOFU } from "./release.js";

const platform = goPlatform()!;
const archive = `tofu_${PINNED_OPENTOFU}_${platform.os}_${platform.arch}.tar.gz`;
const script = `#!/bin/sh\necho '{"terraform_version":"${PINNED_OPENTOFU}"}'\n`;

let folder: string;
let target: string;
let env: NodeJS.ProcessEnv;
let server: http.Server;
let requests: string[];
/** What the loopback server answers; a test may change it. */
let release: { tar: Buffer; sums: string; breakOff: boolean };

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "release-spec-"));
  const tar = packed(script);
  const sums = `${"0".repeat(64)}  other.zip\n${sha256(tar)}  ${archive}\n`;
  release = { tar, sums, breakOff: false };
  requests = [];
  server = http.createServer(answer).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const mirror = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/releases/`;
  env = { PATH: process.env["PATH"], INFRA_CACHE: path.join(folder, "cache"), INFRA_ENGINE_MIRROR: mirror };
  target = path.join(folder, "cache", "tofu", PINNED_OPENTOFU, "tofu");
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  requests.push(request.url ?? "");
  const base = `/releases/v${PINNED_OPENTOFU}`;
  if (request.url === `${base}/tofu_${PINNED_OPENTOFU}_SHA256SUMS`) response.end(release.sums);
  else if (request.url !== `${base}/${archive}`) response.writeHead(404).end();
  else if (!release.breakOff) response.end(release.tar);
  else {
    response.writeHead(200, { "content-length": release.tar.length });
    response.write(release.tar.subarray(0, 20), () => response.destroy());
  }
}

function packed(content: string): Buffer {
  const source = path.join(folder, "source");
  mkdirSync(source);
  writeFileSync(path.join(source, "tofu"), content, { mode: 0o755 });
  writeFileSync(path.join(source, "LICENSE"), "MPL-2.0");
  return execFileSync("tar", ["-czf", "-", "-C", source, "tofu", "LICENSE"]);
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

const install = () => installOpenTofu({ env, log: () => undefined });
/** What lies beside the target. */
const leftovers = () => readdirSync(path.dirname(target));

describe("installing the official release", () => {
  test("downloads, verifies and extracts the executable, and nothing else", async () => {
    const lines: string[] = [];
    expect(await installOpenTofu({ env, log: (line) => lines.push(line) })).toBe(target);
    expect(readFileSync(target, "utf8")).toBe(script);
    expect(leftovers()).toEqual(["tofu"]);
    expect(lines).toEqual([expect.stringContaining("installing"), expect.stringContaining("installed in")]);
  });

  test("is what findEngine does where no engine is installed", async () => {
    env["PATH"] = path.join(folder, "bin");
    mkdirSync(env["PATH"]);
    // The installer itself needs tar from the process's own PATH.
    const engine = await findEngine({ env, log: () => undefined });
    expect(engine).toEqual({ path: target, name: "tofu", version: PINNED_OPENTOFU });
  });

  test("downloads nothing the second time", async () => {
    await install();
    requests.length = 0;
    await install();
    expect(requests).toEqual([]);
  });

  test("refuses an archive with another checksum and leaves nothing", async () => {
    release.sums = `${"0".repeat(64)}  ${archive}\n`;
    await expect(install()).rejects.toMatchObject({ code: "checksum" });
    expect(leftovers()).toEqual([]);
  });

  test("refuses an archive that the checksums do not list", async () => {
    release.sums = "";
    await expect(install()).rejects.toMatchObject({ code: "no-release", message: expect.stringContaining(archive) });
    expect(leftovers()).toEqual([]);
  });

  test("refuses an archive without the executable", async () => {
    release.tar = Buffer.from("no archive");
    release.sums = `${sha256(release.tar)}  ${archive}\n`;
    await expect(install()).rejects.toMatchObject({ code: "no-release" });
    expect(leftovers()).toEqual([]);
  });

  test("leaves nothing when the download breaks off, and succeeds the next time", async () => {
    release.breakOff = true;
    await expect(install()).rejects.toMatchObject({ code: "unreachable" });
    expect(leftovers()).toEqual([]);
    release.breakOff = false;
    expect(await install()).toBe(target);
  });

  test("says which file a server does not have", async () => {
    env["INFRA_ENGINE_MIRROR"] = `${env["INFRA_ENGINE_MIRROR"] ?? ""}elsewhere`;
    const message = expect.stringMatching(/elsewhere.*SHA256SUMS.*404/);
    await expect(install()).rejects.toMatchObject({ code: "unreachable", message });
  });

  test("downloads once for several callers at once", async () => {
    await Promise.all([install(), install(), install(), install()]);
    expect(requests.filter((url) => url.endsWith(archive))).toHaveLength(1);
    expect(leftovers()).toEqual(["tofu"]);
  });

  test("downloads once for several processes at once", async () => {
    const built = path.join(__dirname, "..", "..", "dist", "index.js");
    const code = `require(${JSON.stringify(built)}).installOpenTofu({ log() {} }).then(console.log)`;
    const outputs = await Promise.all([1, 2, 3].map(() => nodeOutput(code)));
    expect(outputs).toEqual([`${target}\n`, `${target}\n`, `${target}\n`]);
    expect(requests.filter((url) => url.endsWith(archive))).toHaveLength(1);
  });

  test("takes over from an installer that was killed, and removes what it left", async () => {
    const left = path.join(path.dirname(target), ".making-tofu-killed");
    mkdirSync(left, { recursive: true });
    writeFileSync(`${target}.lock`, "1 1");
    const aMinuteAgo = new Date(Date.now() - 60_000);
    utimesSync(`${target}.lock`, aMinuteAgo, aMinuteAgo);
    await install();
    expect(existsSync(left)).toBe(false);
    expect(leftovers()).toEqual(["tofu"]);
  });

  test("goes through the proxy that HTTP_PROXY names", async () => {
    const proxied: string[] = [];
    const proxy = http.createServer((_request, response) => response.writeHead(502).end());
    proxy.on("connect", (request, socket) => {
      proxied.push(request.url ?? "");
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    const built = path.join(__dirname, "..", "..", "dist", "index.js");
    const code = `require(${JSON.stringify(built)}).installOpenTofu({ log() {} }).catch((error) => console.log(error.code))`;
    const settings = { INFRA_ENGINE_MIRROR: "http://releases.invalid", HTTP_PROXY: `http://127.0.0.1:${String(port)}` };
    expect(await nodeOutput(code, settings)).toBe("unreachable\n");
    expect(proxied).toEqual(["releases.invalid:80"]);
    proxy.close();
  });
});

async function nodeOutput(code: string, settings: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(process.execPath, ["-e", code], {
    env: { ...env, ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  for await (const chunk of child.stdout) output += String(chunk);
  return output;
}
