import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { wrappers } from "./build.js";
import * as engineBinary from "@infra/opentofu";
import { isOlder } from "./go.js";
import { npmPackages } from "./npm.js";
import { leastPython, requirements } from "./python.js";
import { toolPath } from "./toolchain.js";
import { goRelease, type GoTool, type NpmTool, type PythonTool, type Tool, tools } from "./tools.js";

const all = Object.entries<Tool>(tools);
const goTools = all.filter((entry): entry is [string, GoTool] => entry[1].from === "go");
const npmTools = all.filter((entry): entry is [string, NpmTool] => entry[1].from === "npm");
const pythonTools = all.filter((entry): entry is [string, PythonTool] => entry[1].from === "python");

describe.each(goTools)("%s", (_name, tool) => {
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

describe.each(pythonTools)("%s", (name, tool) => {
  const read = (file: string) => readFileSync(path.join(requirements, tool.requirements, file), "utf8");

  test("has the version that its list of packages requires", () => {
    expect(read("requirements.in").split("\n")[0]).toBe(`${name}==${tool.version}`);
    expect(read("requirements.txt")).toMatch(new RegExp(`^${name}==${tool.version.replaceAll(".", "\\.")} `, "m"));
    expect(tool.file).toContain(`/${tool.version}`);
  });

  test("lists every package with hashes, for every Python that is new enough", () => {
    const packages = read("requirements.txt").match(/^[^\s#].*$(?:\n {4}--hash=.*)*/gm) ?? [];
    expect(packages.length).toBeGreaterThan(0);
    expect(packages.filter((each) => !each.includes("--hash=sha256:"))).toEqual([]);
    expect(read("requirements.txt")).toContain(`--python-version ${tool.python ?? leastPython} `);
  });
});

describe.each(npmTools)("%s", (_name, tool) => {
  const read = (file: string): unknown => JSON.parse(readFileSync(path.join(npmPackages, tool.folder, file), "utf8"));

  test("has the version that its package.json and its lockfile pin", () => {
    expect(read("package.json")).toMatchObject({ dependencies: { [tool.package]: tool.version } });
    expect(read("package-lock.json")).toMatchObject({
      packages: { [`node_modules/${tool.package}`]: { version: tool.version } },
    });
    expect(tool.file).toContain(`/${tool.version}/`);
  });

  test("installs only packages with hashes", () => {
    const { packages } = read("package-lock.json") as { packages: Record<string, Record<string, string>> };
    const installed = Object.entries(packages).filter(([folder]) => folder !== "");
    expect(installed.length).toBeGreaterThan(1);
    expect(installed.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"))).toEqual([]);
  });
});

test("tofu lies where the engine looks for the version it pins", () => {
  const { pinnedOpenTofuPath } = engineBinary;
  expect(toolPath("tofu")).toBe(pinnedOpenTofuPath());
});
