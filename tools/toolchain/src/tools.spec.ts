import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { wrappers } from "./build.js";
import * as engineBinary from "@infra/engine/binary";
import { isOlder } from "./go.js";
import { toolPath } from "./toolchain.js";
import { goRelease, toolNames, tools } from "./tools.js";

describe.each(toolNames)("%s", (name) => {
  const tool = tools[name];
  const wrapper = path.join(wrappers, tool.wrapper);
  const goMod = readFileSync(path.join(wrapper, "go.mod"), "utf8");

  test("has the version that its wrapper module requires", () => {
    expect(goMod).toMatch(new RegExp(`^\\s*${tool.module.replaceAll(".", "\\.")} v${tool.version}\\b`, "m"));
    expect(tool.file).toContain(`/${tool.version}/`);
  });

  test("is declared as a tool of its wrapper module, with checksums", () => {
    expect(goMod).toContain(`tool ${tool.package}\n`);
    expect(existsSync(path.join(wrapper, "go.sum"))).toBe(true);
  });

  test("builds with the Go that is fetched", () => {
    const needed = /^go (\S+)$/m.exec(goMod)?.[1] ?? "";
    expect(isOlder(goRelease.version, needed)).toBe(false);
  });
});

test("tofu lies where the engine looks for the version it pins", () => {
  const { pinnedOpenTofuPath } = engineBinary;
  expect(toolPath("tofu")).toBe(pinnedOpenTofuPath());
});
