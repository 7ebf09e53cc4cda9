import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect, test } from "vitest";
import { ensureSystemPrograms } from "./system.js";

const quiet = () => undefined;

function folderWith(program: string, script = "#!/bin/sh\n"): string {
  const folder = mkdtempSync(path.join(tmpdir(), "system-"));
  writeFileSync(path.join(folder, program), script);
  chmodSync(path.join(folder, program), 0o755);
  return folder;
}

test("a program that is on PATH is not installed", async () => {
  const PATH = folderWith("no-such-engine");
  await expect(ensureSystemPrograms({ "no-such-engine": "engine" }, quiet, { PATH })).resolves.toBeUndefined();
});

test("a missing program without apt-get is named with its package", async () => {
  const PATH = folderWith("something-else");
  await expect(ensureSystemPrograms({ "no-such-engine": "engine" }, quiet, { PATH })).rejects.toThrow(
    "no-such-engine not found on PATH. Install what your system calls engine.",
  );
});

test.runIf(process.getuid?.() === 0)("a package that cannot be installed ends with what apt-get printed", async () => {
  const PATH = `${folderWith("apt-get", "#!/bin/sh\necho E: no such package\nexit 100\n")}:/bin`;
  const INFRA_CACHE = mkdtempSync(path.join(tmpdir(), "system-"));
  mkdirSync(path.join(INFRA_CACHE, "logs"));
  await expect(ensureSystemPrograms({ "no-such-engine": "engine" }, quiet, { PATH, INFRA_CACHE })).rejects.toThrow(
    /E: no such package/,
  );
});
