import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "sarif";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTofu, Product, until } from "../../test/product.js";
import { runCheckov } from "./checkov.js";
import { withoutSensitive } from "./redact.js";

const canary = "canary-5d1f0c2e9a";

/** A firewall that is open as wide as `ports` says. */
const stack = `const { defineStack } = require("@infra/core");
const { Firewall } = require("@infra/provider-hcloud/lib/firewall");
const { z } = require("zod");
module.exports = defineStack({
  config: z.strictObject({ port: z.string() }),
  build: (stack, { port }) => {
    stack.useProvider();
    const rule = [{ direction: "in", protocol: "tcp", port, sourceIps: ["0.0.0.0/0"] }];
    return { id: new Firewall(stack, "firewall", { name: "open", rule }).id };
  },
});
`;

let product: Product;
let bin: string;

beforeAll(async () => {
  product = new Product(await openTofu());
  product.write("stacks/open/index.js", stack);
  bin = mkdtempSync(join(tmpdir(), "policy-spec-"));
});
afterAll(() => {
  product.remove();
  rmSync(bin, { recursive: true });
});

describe("infra policy", () => {
  it("refuses what no deployment may have, with its place and what to do", async () => {
    product.write("inventory/production/open.yaml", 'stack: ./stacks/open\nconfig: { port: "22" }\n');
    const { code, output } = await product.infra("policy", "production/open", "--offline");
    expect([code, output]).toEqual([1, expect.stringMatching(/hcloud_firewall\.firewall: .*\(open-ssh\)/)]);
    expect(output).toContain("Checkov is not on PATH");
  });

  it("leaves what it refuses to its JSON and to infra report, by rule and inventory line", async () => {
    product.write("inventory/production/open.yaml", 'stack: ./stacks/open\nconfig:\n  port: "22"\n');
    const { stdout } = await product.infra("policy", "production/open", "--offline", "--json");
    const finding = {
      ...{ rule: "open-ssh", level: "error", address: "hcloud_firewall.firewall" },
      message: "SSH is open to 0.0.0.0/0 in rule[0]",
      remedy: "List the networks that you connect from, or use a bastion",
      place: { file: "inventory/production/open.yaml", line: 3, column: 3 },
    };
    const found = { results: [{ status: "failed", problems: [], findings: [finding] }], exitCode: 1 };
    expect(JSON.parse(stdout)).toMatchObject(found);
    const formats = ["text", "markdown", "html", "json", "junit", "sarif"];
    const ran = await product.infra("report", "--verb", "policy", "-f", ...formats, "-o", "reports");
    expect(ran.code, ran.output).toBe(0);
    const read = (ending: string) => product.read(`reports/policy.${ending}`);
    expect(JSON.parse(read("json"))).toMatchObject(found);
    for (const ending of ["txt", "html", "junit.xml"])
      expect(read(ending)).toContain(
        "inventory/production/open.yaml:3:3 hcloud_firewall.firewall: SSH is open to 0.0.0.0/0 in rule[0] (open-ssh). List ",
      );
    expect(read("md")).toMatch(
      /- \*\*error\*\* `open-ssh` `production\/open` `hcloud_firewall.firewall` \[?`inventory\/production\/open.yaml:3`/,
    );
    const [result] = (JSON.parse(read("sarif")) as Log).runs[0]?.results ?? [];
    expect(result).toMatchObject({ ruleId: "open-ssh", level: "error" });
    expect(result?.locations?.[0]?.physicalLocation).toMatchObject({
      artifactLocation: { uri: "inventory/production/open.yaml" },
      region: { startLine: 3 },
    });
  });

  it("is asked by infra test too", async () => {
    product.write("inventory/production/open.yaml", 'stack: ./stacks/open\nconfig: { port: "22" }\n');
    const { code, output } = await product.infra("test", "production/open");
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/policy failed\n.*hcloud_firewall\.firewall: .*\(open-ssh\)/),
    ]);
  });

  it("passes what may be, keeps no plan, and changes nothing", async () => {
    product.write("inventory/production/open.yaml", 'stack: ./stacks/open\nconfig: { port: "443" }\n');
    const { code, output } = await product.infra("policy", "production/open", "--offline");
    expect([code, output]).toEqual([0, expect.any(String)]);
    expect(product.has(join(product.work("production/open"), "plan.tfplan"))).toBe(false);
    expect(product.cloud("production/open")).toEqual([]);
  });

  it("asks Checkov where it is on PATH, and gives it no file that stays", async () => {
    const calls = join(bin, "calls");
    const answer = '{"passed": 0, "failed": 0}';
    writeFileSync(join(bin, "checkov"), `#!/bin/sh\necho "$PWD" >>'${calls}'\necho '${answer}'\n`, { mode: 0o755 });
    const { code, output } = await product.infraWith(
      { PATH: `${bin}:${process.env["PATH"] ?? ""}` },
      "policy",
      "production/open",
      "--offline",
    );
    expect([code, output]).toEqual([0, expect.not.stringContaining("not on PATH")]);
    const [folder = ""] = readFileSync(calls, "utf8").split("\n");
    expect([folder, existsSync(folder)]).toEqual([expect.stringMatching(/policy-/), false]);
  });

  it("gives Checkov the way to programs and servers, and no credentials", async () => {
    const seen = join(bin, "environment");
    const program = `#!/bin/sh\nenv >'${seen}'\necho '{"passed": 0, "failed": 0}'\n`;
    writeFileSync(join(bin, "checkov"), program, { mode: 0o755 });
    const secrets = { HCLOUD_TOKEN: canary, INFRA_STATE_PASSPHRASE: canary, VAULT_TOKEN: canary, GITHUB_TOKEN: canary };
    const PATH = `${bin}:${process.env["PATH"] ?? ""}`;
    const env = { ...secrets, INFRACOST_API_KEY: canary, AWS_PROFILE: "acme", HTTPS_PROXY: "http://proxy.example" };
    const { code, output } = await product.infraWith({ ...env, PATH }, "policy", "production/open", "--offline");
    expect([code, output]).toEqual([0, expect.any(String)]);
    const names = readFileSync(seen, "utf8").match(/^\w+(?==)/gm);
    expect(names).toEqual(expect.arrayContaining(["HOME", "HTTPS_PROXY", "LOG_LEVEL", "PATH"]));
    for (const name of [...Object.keys(secrets), "INFRACOST_API_KEY", "AWS_PROFILE"]) expect(names).not.toContain(name);
  });

  it("ends Checkov when the run is interrupted, and leaves no plan behind", async () => {
    const calls = join(bin, "started");
    writeFileSync(join(bin, "checkov"), `#!/bin/sh\necho "$PWD" >'${calls}'\nexec sleep 600\n`, { mode: 0o755 });
    const PATH = `${bin}:${process.env["PATH"] ?? ""}`;
    const running = product.start(["policy", "production/open", "--offline"], { PATH });
    const folder = await until("Checkov runs", () => existsSync(calls) && readFileSync(calls, "utf8").trim());
    process.kill(running.pid, "SIGTERM");
    const { code, output } = await running.ended;
    expect([code, output]).toEqual([1, expect.stringContaining("the run was interrupted while Checkov looked")]);
    expect(existsSync(folder)).toBe(false);
  });

  it("ends a Checkov that takes too long", async () => {
    writeFileSync(join(bin, "checkov"), "#!/bin/sh\nexec sleep 600\n", { mode: 0o755 });
    await expect(runCheckov(join(bin, "checkov"), [{}], { scratch: bin, timeout: 200 })).rejects.toThrow(
      "Checkov took longer than 0.2 s",
    );
    expect(readdirSync(bin).filter((name) => name.startsWith("policy-"))).toEqual([]);
  });
});

describe("what Checkov is given of a plan", () => {
  it("holds no sensitive value, wherever the plan repeats it", () => {
    const values = { name: "db", password: canary, tags: [{ key: canary }, { key: "open" }] };
    const marks = { password: true, tags: [{ key: true }, {}] };
    const plan = {
      format_version: "1.2",
      variables: { password: { value: canary } },
      prior_state: { values: { root_module: { resources: [{ values }] } } },
      output_changes: { password: { after: canary } },
      planned_values: {
        outputs: { password: { sensitive: true, value: canary } },
        root_module: { resources: [{ address: "a.b", values, sensitive_values: marks }] },
      },
      resource_changes: [
        {
          address: "a.b",
          change: { before: values, after: values, before_sensitive: marks, after_sensitive: marks, after_unknown: {} },
        },
      ],
    };
    const text = JSON.stringify(withoutSensitive(plan));
    expect(text).not.toContain(canary);
    expect(text).toContain('"name":"db"');
    expect(text).toContain('"key":"open"');
  });

  it.each([
    ["no object", []],
    ["changes that are no list", { resource_changes: { 0: {} } }],
    ["a change that is none", { resource_changes: [canary] }],
    ["resources that are no list", { planned_values: { root_module: { resources: canary } } }],
  ])("is refused when the engine shows %s, and quotes no value", (_what, plan) => {
    expect(() => withoutSensitive(plan)).toThrow(/^what the engine shows of the plan cannot be read: (?![^]*canary)/);
  });
});
