import { spawnSync } from "node:child_process";
import { basename } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command, openTofu, Product } from "../product.js";

let product: Product;

beforeAll(async () => {
  product = new Product(await openTofu());
  product.write(
    "inventory/production/net.yaml",
    "stack: ./stacks/net\nconfig:\n  networks:\n    one: { cidr: 10.0.0.0/16 }\n",
  );
});

afterAll(() => {
  product.remove();
});

const program = `
const { run } = require("@infra/engine");
run({ verb: "plan", inventory: "inventory", root: process.cwd(), offline: process.argv[1] === "offline" }).then((result) =>
  console.log(JSON.stringify({ exitCode: result.exitCode, results: result.results, loaded: Object.keys(require.cache) })));
`;

const loadedBy = (mode: "offline" | "real"): { exitCode: number; loaded: string[] } => {
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], INFRA_ENGINE: product.engine };
  const secrets = mode === "real" ? { INFRA_STATE_PASSPHRASE: "correct-horse-battery-staple" } : {};
  const ran = spawnSync(process.execPath, ["-e", program, mode], {
    cwd: product.root,
    env: { ...env, ...secrets },
    encoding: "utf8",
  });
  expect(ran.status, ran.stderr).toBe(0);
  return JSON.parse(ran.stdout) as { exitCode: number; loaded: string[] };
};

it("loads no binding but the chosen one's, and no provider's index", () => {
  const { exitCode, loaded } = loadedBy("offline");
  expect(exitCode).toBe(2);
  expect(loaded.filter((file) => /hcloud\/lib\/network\/index\.js$/.test(file))).toHaveLength(1);
  expect(loaded.filter((file) => file.includes("@cdktf/provider-"))).toEqual([]);
  expect(loaded.filter((file) => /(?:provider-[a-z]+|hcloud)\/lib\/index\.js$/.test(file))).toEqual([]);
});

it("loads the mock provider in offline runs only", () => {
  product.write("inventory/production/net.yaml", "stack: ./stacks/values\nconfig: { items: { one: 1 } }\n");
  const mock = (files: string[]) => files.filter((file) => /mock-provider\/dist|@grpc/.test(file));
  expect(mock(loadedBy("offline").loaded)).not.toEqual([]);
  const real = loadedBy("real");
  expect(real.exitCode).toBe(2);
  expect(mock(real.loaded)).toEqual([]);
});

describe("the command", () => {
  /** What the command has loaded when it ends: files, relative to the repository. */
  const loadedFor = (...argv: string[]): string[] => {
    const print = `process.on("exit", () => require("node:fs").writeFileSync(3, JSON.stringify(Object.keys(require.cache))));`;
    const start = `process.argv.splice(1, 0, ${JSON.stringify(command)}); require(${JSON.stringify(command)});`;
    const ran = spawnSync(process.execPath, ["-e", print + start, "--", ...argv], {
      cwd: product.root,
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], INFRA_ENGINE: product.engine },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    expect([0, 2], ran.stderr).toContain(ran.status);
    return JSON.parse(ran.output[3] ?? "") as string[];
  };
  const npmPackages = (files: readonly string[]): string[] =>
    [...new Set(files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []))].sort();
  const own = (files: readonly string[]): string[] =>
    [...new Set(files.flatMap((file) => /packages\/(.+)\/dist\//.exec(file)?.[1] ?? []))].sort();

  it("loads nothing but the parser of the command line to print its version", () => {
    const files = loadedFor("--version");
    expect(npmPackages(files)).toEqual(["commander"]);
    expect(own(files)).toEqual(["engine/cli"]);
  });

  it("loads no reader of inventories for the help of a verb", () => {
    expect(npmPackages(loadedFor("plan", "--help"))).toEqual(["commander"]);
  });

  it("loads no synthesis, no engine and no report to list deployments", () => {
    const files = loadedFor("list");
    expect(own(files)).toContain("inventory");
    expect(own(files).filter((name) => /core|opentofu|report|secrets|keys|platforms|cost/.test(name))).toEqual([]);
    expect(npmPackages(files).filter((name) => /cdktf|constructs|aws-sdk/.test(name))).toEqual([]);
  });

  it("loads no client of S3, no mailer and no report to plan on Hetzner", () => {
    const files = loadedFor("plan", "production/net", "--offline");
    expect(npmPackages(files).filter((name) => /aws-sdk|smithy|nodemailer|@slack/.test(name))).toEqual([]);
    expect(own(files).filter((name) => /impact|policy/.test(name))).toEqual([]);
    const platforms = files.filter((file) => file.includes("/platforms/dist/")).map((file) => basename(file));
    expect(platforms).toEqual(["names.js"]);
    const reports = files.filter((file) => file.includes("/report/dist/")).map((file) => basename(file));
    expect(reports.filter((name) => !/^(?:terminal|plain|groups|costs)\.js$/.test(name))).toEqual([]);
  });

  it("names all commands of the help without loading them", async () => {
    const { stdout } = await product.infra("--help");
    const { groups } = await import("../../cli/src/main.js");
    const listed = [...stdout.matchAll(/^ {2}([a-z-]+)(?: \S+)* {2,}\S/gm)].map(([, name = ""]) => name);
    expect(listed.filter((name) => name !== "help")).toEqual(groups.flatMap(({ commands }) => commands));
  });
});
