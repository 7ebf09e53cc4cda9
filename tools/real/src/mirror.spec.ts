import { toolPath } from "@infra/toolchain";
import { execa } from "execa";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readMirror } from "./mirror.js";

const platform = basename(dirname(toolPath("provider-hcloud")));
const cli = join(__dirname, "../dist/cli.js");
const aws = "registry.opentofu.org/hashicorp/aws";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "mirror-spec-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(file: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), "");
}

describe("a folder of provider binaries", () => {
  it("lists the versions of each provider for this platform, unpacked and packed", () => {
    put(`${aws}/6.20.0/${platform}/terraform-provider-aws_v6.20.0_x5`);
    put(`${aws}/6.21.0/plan9_mips/terraform-provider-aws_v6.21.0`);
    put(`${aws}/terraform-provider-aws_6.22.0_${platform}.zip`);
    put(`registry.opentofu.org/oracle/oci/8.28.0/${platform}/README.md`);
    put("notes.txt");
    expect([...readMirror(folder).versions]).toEqual([[aws, ["6.20.0", "6.22.0"]]]);
  });

  it("may consist of links, as caches do", () => {
    put(`cache/terraform-provider-aws_v6.20.0`);
    mkdirSync(join(folder, `mirror/${aws}/6.20.0`), { recursive: true });
    symlinkSync(join(folder, "cache"), join(folder, `mirror/${aws}/6.20.0/${platform}`));
    expect([...readMirror(join(folder, "mirror")).versions]).toEqual([[aws, ["6.20.0"]]]);
  });

  it.each([
    ["is not there", () => join(folder, "missing"), /--providers \S+missing: the folder is not found\. A mirror holds/],
    ["is a file", () => (put("file"), join(folder, "file")), /--providers \S+file is a file, not a folder\. A mirror/],
    ["is empty", () => folder, /--providers \S+ has no provider\. A mirror holds <host>/],
    [
      "has the binary at its top",
      () => (put("terraform-provider-aws_v6.20.0"), folder),
      /has no provider\. A mirror holds .*"tofu providers mirror <folder>" makes one\./,
    ],
    [
      "is for another platform",
      () => (put(`${aws}/6.20.0/plan9_mips/terraform-provider-aws_v6.20.0`), folder),
      /has providers for plan9_mips only, not for \w+_\w+\./,
    ],
    [
      "was made for another registry",
      () => (put(`registry.terraform.io/hashicorp/aws/6.20.0/${platform}/terraform-provider-aws_v6.20.0`), folder),
      /has registry\.terraform\.io\/hashicorp\/aws: no example uses it\. They use registry\.opentofu\.org\/hashicorp\/aws/,
    ],
  ])("that %s is refused with what is wrong and what helps", (_what, path, message) => {
    expect(() => readMirror(path())).toThrow(message);
  });
});

it("ends the command with one message and no stack trace", async () => {
  const { exitCode, stderr, stdout } = await execa(process.execPath, [cli, "--providers", folder], { reject: false });
  expect(exitCode).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^--providers \S+ has no provider\. A mirror holds .*$/);
});
