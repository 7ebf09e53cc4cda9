import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadInventory } from "@infra/inventory";
import { Terminal, withoutTerminal } from "@infra/services";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const command = resolve(__dirname, "../bin/create-product.js");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "create-product-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function create(...args: string[]): { status: number | null; all: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, npm_config_user_agent: "pnpm/10.0.0 npm/? node/v20" },
  });
  return { status, all: stdout + stderr };
}

const quick = ["--no-install", "--region", "fsn1"];

describe("create-product", () => {
  it("writes a product in a folder of its name, in a repository of its own, for the package manager that calls", () => {
    const { status, all } = create("acme", ...quick, "--environments", "one,two", "--no-cloudflare");
    expect([status, all]).toEqual([0, expect.stringContaining("Next: cd acme && make plan")]);
    expect(loadInventory(join(folder, "acme/inventory")).deployments.map(({ id }) => id)).toEqual([
      "one/compute",
      "two/compute",
    ]);
    expect(existsSync(join(folder, "acme/.git"))).toBe(true);
    expect(readFileSync(join(folder, "acme/pnpm-workspace.yaml"), "utf8")).toContain("nodeLinker: hoisted");
    expect(readFileSync(join(folder, "acme/inventory/product.yaml"), "utf8")).toContain("cloudflare: false");
  });

  it("changes nothing when it runs again", () => {
    create("acme", ...quick);
    expect(create("acme", ...quick).all).not.toMatch(/CREATE|UPDATE|DELETE/);
  });

  it("writes nothing with --dry-run, and says what it would write", () => {
    expect(create("acme", ...quick, "--dry-run").all).toMatch(
      /CREATE acme\/inventory\/product\.yaml[^]*Nothing was written/,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it("says everything that is wrong with the flags, and writes nothing", () => {
    const { status, all } = create("Acme", "--provider", "hetzer", "--no-install");
    expect([status, all]).toEqual([
      1,
      expect.stringMatching(/"Acme" is not a name[^]*"hetzer" is not known\. Did you mean "hetzner"\?/),
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("lists its options", () => {
    expect(create("--help").all).toMatch(/--package-manager +The package manager\. One of npm, pnpm, yarn\./);
  });
});

describe.skipIf(withoutTerminal)("on a terminal, create-product", () => {
  const open = (...args: string[]) =>
    new Terminal([process.execPath, command, ...args].join(" "), {
      cwd: folder,
      env: { npm_config_user_agent: "pnpm/10.0.0 npm/? node/v20" },
    });

  it("asks for what no flag says, with the defaults, and makes a product that lists its deployments", async () => {
    const terminal = open("--no-install", "--domain", "acme.example");
    for (const [question, answer] of [
      ["Name of the product: ", "Acme"],
      ['"Acme" is not a name', ""],
      ["Name of the product: ", "acme"],
      ["Which cloud [aws, gcp, azure, oracle, hetzner, heroku, digitalocean] (hetzner): ", "oracle"],
      ["Region [us-ashburn-1, us-phoenix-1, ", "eu-frankfurt-1"],
      ["Account: the OCID of the compartment: ", "\r"],
      ["oracle needs the OCID of the compartment", ""],
      ["Account: the OCID of the compartment: ", "ocid1.compartment.oc1..example"],
      ["Use Cloudflare for DNS and certificates of services [yes, no] (yes): ", "perhaps"],
      ["Answer yes or no.", ""],
      ["Use Cloudflare for DNS and certificates of services [yes, no] (yes): ", "no"],
      ["Management domain (empty: the product works alone): ", "\r"],
      ["Which CI [github, gitlab, both, none] (github): ", "gitlab"],
      ["Environments, separated by commas (staging,production): ", "blue, green"],
      ["Stacks of every environment, separated by commas", "\r"],
      ["Which package manager [npm, pnpm, yarn] (pnpm): ", "\r"],
    ] as const) {
      await terminal.sees(question);
      terminal.shown = terminal.shown.slice(terminal.shown.indexOf(question) + question.length);
      if (answer !== "") terminal.type(answer === "\r" ? answer : `${answer}\r`);
    }
    expect(await terminal.code, terminal.shown).toBe(0);
    const product = join(folder, "acme");
    const infra = resolve(__dirname, "../../engine/cli/bin/infra.js");
    const listed = spawnSync(process.execPath, [infra, "list", "--json"], { cwd: product, encoding: "utf8" });
    expect(listed.status, listed.stderr).toBe(0);
    expect(listed.stdout).toMatch(/"blue\/compute"[^]*"green\/compute"/);
    expect(readFileSync(join(product, "inventory/product.yaml"), "utf8")).toMatch(
      /^domain: acme\.example .*^provider: oracle .*^region: eu-frankfurt-1 .*^account: ocid1\.compartment\.oc1\.\.example .*^cloudflare: false /ms,
    );
    expect(existsSync(join(product, "pnpm-workspace.yaml"))).toBe(true);
  });

  it("does not ask for an account that the credentials name, and says which flag is wrong before it asks", async () => {
    const hetzner = open("acme", "--dry-run", "--region", "fsn1", "--domain", "acme.example");
    await hetzner.sees("Which cloud");
    hetzner.type("\r");
    await hetzner.sees("DNS and certificates");
    expect(hetzner.shown).not.toContain("Account");
    hetzner.type("\u0003");
    await hetzner.code;
    const wrong = open("acme", "--provider", "hetzer");
    expect([await wrong.code, wrong.shown]).toEqual([1, expect.stringContaining('"hetzer" is not known')]);
  });

  it.each([
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
  ])("leaves nothing when it is left with %s", async (_, key) => {
    const terminal = open("acme");
    await terminal.sees("Which cloud");
    terminal.type(key);
    expect(await terminal.code, terminal.shown).toBe(1);
    expect(terminal.shown).toContain("Nothing was made");
    expect(readdirSync(folder)).toEqual([]);
  });
});

it.runIf(withoutTerminal)("SKIPPED on a terminal: the program script is not installed", () => {
  expect(withoutTerminal).toBe(true);
});
