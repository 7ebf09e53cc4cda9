import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import * as http from "node:http";
import { type AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as engineBinary from "@infra/opentofu";
import { findGo, isOlder, moduleHash } from "./go.js";

const { os: goOs, arch } = engineBinary.goPlatform()!;
const version = "9.9.9";
const module = `golang.org/toolchain@v0.0.1-go${version}.${goOs}-${arch}`;
const files = {
  [`${module}/bin/go`]: Buffer.from("#!/bin/sh\n"),
  [`${module}/pkg/tool/${goOs}_${arch}/compile`]: Buffer.from("compile"),
  [`${module}/src/fmt/print.go`]: Buffer.from("package fmt"),
};

let folder: string;
let env: NodeJS.ProcessEnv;
let server: http.Server;

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "go-spec-"));
  server = http.createServer((request, response) => {
    if (request.url === `/proxy/${module.replace("@", "/@v/")}.zip`) response.end(zipSync(files));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  env = { PATH: folder, INFRA_CACHE: path.join(folder, "cache"), GOPROXY: `${base}/other,${base}/proxy|direct` };
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const find = (hash: string) =>
  findGo("1.26.0", { env, log: () => undefined }, { version, checksums: { [`${goOs}-${arch}`]: hash } });

describe("fetching Go from the module proxy", () => {
  test("tries the proxies of GOPROXY and makes the programs executable", async () => {
    const root = path.join(folder, "cache", "go", version);
    expect(await find(moduleHash(files))).toBe(path.join(root, "bin", "go"));
    const mode = (file: string) => statSync(path.join(root, file)).mode & 0o111;
    expect(mode("bin/go")).not.toBe(0);
    expect(mode(`pkg/tool/${goOs}_${arch}/compile`)).not.toBe(0);
    expect(mode("src/fmt/print.go")).toBe(0);
    expect(readFileSync(path.join(root, "src/fmt/print.go"), "utf8")).toBe("package fmt");
  });

  test("refuses a toolchain with another hash and leaves nothing", async () => {
    await expect(find("h1:other")).rejects.toThrow(/expected h1:other/);
    expect(existsSync(path.join(folder, "cache", "go", version))).toBe(false);
  });

  test("says what to do when GOPROXY names no server", async () => {
    env["GOPROXY"] = "off";
    await expect(find("h1:other")).rejects.toThrow(/GOPROXY=off names no server. Install Go/);
  });
});

test("a module's hash is that of go.sum", () => {
  // The empty module: SHA-256 of nothing.
  expect(moduleHash({})).toBe("h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
});

test("versions of Go are compared by number", () => {
  expect(isOlder("1.9.1", "1.26")).toBe(true);
  expect(isOlder("1.26.8", "1.26.6")).toBe(false);
  expect(isOlder("1.26.10", "1.26.9")).toBe(false);
});
