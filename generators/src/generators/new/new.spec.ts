import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureTool } from "@infra/toolchain";
import { loadInventory, providerNames, providers } from "@infra/inventory";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { emptyFolder, generate, git, infra, scaffold } from "../../../test/scaffold.js";
import { ownedFiles } from "../../product/owned.js";
import { FsTree } from "nx/src/generators/tree";
import { readManifest } from "../../product/manifest.js";
import newGenerator, { type NewOptions } from "./new.js";

const roots: string[] = [];
beforeAll(async () => {
  process.env["INFRA_ENGINE"] ??= await ensureTool("tofu");
}, 900_000);
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

function folder(): string {
  const root = emptyFolder();
  roots.push(root);
  return root;
}

async function product(options: Partial<NewOptions> = {}): Promise<string> {
  const root = await scaffold(options);
  roots.push(root);
  return root;
}

function text(root: string, file: string): string {
  return readFileSync(join(root, file), "utf8");
}

describe("new", () => {
  it("writes a product in a folder of its name", async () => {
    const { changed } = await generate(folder(), newGenerator, { name: "acme", ci: "both" });
    expect(changed).toEqual(
      [
        ".devcontainer/devcontainer.json",
        ".editorconfig",
        ".env.example",
        ".github/workflows/infra.yaml",
        ".gitignore",
        ".gitlab-ci.yml",
        ".nvmrc",
        ".vscode/extensions.json",
        "Makefile",
        "README.md",
        "inventory/product.yaml",
        "inventory/production/compute.yaml",
        "inventory/production/environment.yaml",
        "inventory/staging/compute.yaml",
        "inventory/staging/environment.yaml",
        "nx.json",
        "package.json",
        "renovate.json",
      ].map((path) => `acme/${path}`),
    );
  });

  it("changes nothing when it runs again", async () => {
    const root = await product({ ci: "both", packageManager: "pnpm" });
    const { changed, told } = await generate(root, newGenerator, {
      name: "acme",
      directory: ".",
      ci: "both",
      packageManager: "pnpm",
    });
    expect(changed).toEqual([]);
    expect(told).toContain("KEEP inventory/product.yaml (it exists, and is the product's)");
  });

  it("leaves what the user wrote", async () => {
    const root = await product();
    writeFileSync(join(root, "inventory/product.yaml"), "product: mine\nprovider: aws\nregion: eu-central-1\n");
    rmSync(join(root, "README.md"));
    const { changed, told } = await generate(root, newGenerator, { name: "acme", directory: "." });
    expect(changed).toEqual(["README.md"]);
    expect(told.filter((line) => line.includes("README.md"))).toEqual([]);
    expect(text(root, "inventory/product.yaml")).toMatch(/^product: mine/);
  });

  it("refuses a folder that is something else", async () => {
    const root = folder();
    writeFileSync(join(root, "package.json"), '{ "name": "shop" }');
    await expect(generate(root, newGenerator, { name: "acme", directory: "." })).rejects.toThrow(
      "package.json exists and is no product's. Choose another folder: --directory <folder>",
    );
  });

  it("refuses a folder outside of the workspace, and writes nothing there", async () => {
    const outside = folder();
    await expect(generate(folder(), newGenerator, { name: "acme", directory: outside })).rejects.toThrow(
      /--directory: ".*" is outside of the workspace/,
    );
    expect(readdirSync(outside)).toEqual([]);
  });

  it("takes a checkout with the line ends of Windows for the same files", async () => {
    const root = await product();
    const workflow = ".github/workflows/infra.yaml";
    writeFileSync(join(root, workflow), text(root, workflow).replaceAll("\n", "\r\n"));
    const { changed } = await generate(root, newGenerator, { name: "acme", directory: "." });
    expect(changed).toEqual([]);
  });

  it("says everything that is wrong at once", async () => {
    const wrong = {
      name: "Acme",
      provider: "aws",
      region: "fsn 1",
      domain: "acme",
      ci: "jenkins",
      packageManager: "pnmp",
    };
    await expect(generate(folder(), newGenerator, wrong)).rejects.toThrow(
      /--name: "Acme" is not a name.*--region: "fsn 1" is not a region of aws.*--domain: "acme" is not a domain name.*--ci: "jenkins" is not known\. Use one of: github, gitlab, both, none.*--packageManager: "pnmp" is not known\. Did you mean "pnpm"\?/s,
    );
  });

  it("refuses a cloud that needs an account without one, and an account where the credentials decide", async () => {
    await expect(generate(folder(), newGenerator, { name: "acme", provider: "oracle" })).rejects.toThrow(
      /--account: oracle needs the OCID of the compartment/,
    );
    await expect(generate(folder(), newGenerator, { name: "acme", account: "x" })).rejects.toThrow(
      /--account: the credentials of hetzner name the account\. Leave --account out/,
    );
  });

  it("pins exact versions, and the bindings of its cloud alone", async () => {
    const root = await product({ provider: "aws", region: "eu-central-1" });
    const { dependencies = {} } = readManifest(new FsTree(root, false));
    expect(Object.values(dependencies).filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    const bindings = Object.values(providers).map((provider) => provider.bindings as string);
    expect(Object.keys(dependencies).filter((name) => bindings.includes(name))).toEqual(["@cdktf/provider-aws"]);
  });

  it.each([
    ["npm", undefined, "make setup"],
    ["pnpm", expect.stringMatching(/^pnpm@\d+\.\d+\.\d+$/), "sudo corepack enable && make setup"],
    ["yarn", expect.stringMatching(/^yarn@\d+\.\d+\.\d+$/), "sudo corepack enable && make setup"],
  ])("pins the package manager for corepack where it is not Node's own: %s", async (packageManager, pin, setup) => {
    const root = await product({ packageManager });
    expect(readManifest(new FsTree(root, false))["packageManager"]).toEqual(pin);
    expect(text(root, ".devcontainer/devcontainer.json")).toContain(`"postCreateCommand": "${setup}"`);
  });

  it("takes CI, the domain, the management domain and the package manager from flags", async () => {
    const root = await product({
      ci: "gitlab",
      domain: "acme.example",
      management: "mgmt.acme.example",
      cloudflare: false,
      packageManager: "yarn",
    });
    expect(
      ownedFiles(new FsTree(root, false), readManifest(new FsTree(root, false))).map(({ path }) => path),
    ).toContain(".gitlab-ci.yml");
    expect(text(root, "inventory/product.yaml")).toMatch(
      /^domain: acme\.example .*^cloudflare: false .*^management: \{ domain: mgmt\.acme\.example \}/ms,
    );
    expect(text(root, ".yarnrc.yml")).toContain("nodeLinker: node-modules");
    expect(text(root, ".gitignore")).toContain("\n.infra/\n.yarn/install-state.gz\n.env\n");
    expect(text(root, "Makefile")).toContain("\tyarn install\n");
  });

  it.each(["ci-github/.github/workflows/infra.yaml", "ci-gitlab/.gitlab-ci.yml"])(
    "keeps %s within ten lines",
    (file) => {
      expect(
        text(join(__dirname, "../../../files/owned"), `${file}.template`)
          .trim()
          .split("\n")
          .filter((line) => !line.startsWith("#")).length,
      ).toBeLessThanOrEqual(10);
    },
  );

  it("quotes an account that YAML would read as a number", async () => {
    const root = await product({ provider: "aws", region: "eu-central-1", account: "012345678901" });
    expect(loadInventory(join(root, "inventory")).deployments[0]?.settings.account).toBe("012345678901");
  });

  it("gives every deployment a private range of its own", async () => {
    const root = await product({ environments: ["one", "two", "three"] });
    const ranges = ["one", "two", "three"].map(
      (name) => /cidr: (\S+)/.exec(text(root, `inventory/${name}/compute.yaml`))?.[1],
    );
    expect(ranges).toEqual(["10.20.0.0/16", "10.30.0.0/16", "10.40.0.0/16"]);
  });

  it.each(providerNames)("begins every stack on %s so that it plans at once, offline", async (provider) => {
    const accounts = new Map([
      ["oracle", { account: "ocid1.compartment.oc1..example" }],
      ["heroku", { account: "acme-team" }],
    ]);
    const account = accounts.get(provider) ?? {};
    // Heroku has no storage, and no zones: names of its apps are added later.
    const paas = provider === "heroku";
    const stacks = ["compute", "dns", ...(paas ? [] : ["storage"])];
    const region = provider === "hetzner" ? "fsn1" : "";
    const root = await product({ provider, region, ...account, environments: ["production"], stacks });
    const ids = stacks.map((stack) => `production/${stack}`);
    expect(loadInventory(join(root, "inventory")).deployments.map(({ id }) => id)).toEqual(ids);
    const { status, all } = infra(root, "plan", "--all", "--offline");
    const end = paas ? /2 deployments: 2 changed/ : /3 deployments: 3 changed/;
    expect([status, all]).toEqual([2, expect.stringMatching(end)]);
  });

  it("pins the bindings that a stack needs of another provider than the cloud's own", async () => {
    const pins = async (stacks: readonly string[]) =>
      Object.keys(readManifest(new FsTree(await product({ stacks }), false)).dependencies ?? {});
    expect(await pins(["compute"])).not.toContain("@cdktf/provider-aws");
    expect(await pins(["compute", "storage"])).toContain("@cdktf/provider-aws");
  });

  it("has a make affected that says that a first commit is needed, as the README does", async () => {
    const root = await product();
    git(root, "init", "-q");
    const { status, stderr } = spawnSync("make", ["affected"], { cwd: root, encoding: "utf8" });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^There is no commit yet to compare with\. Make the first: git add -A && git commit$/m);
    expect(stderr).not.toContain("fatal:");
    expect(text(root, "README.md")).toMatch(/^make affected .*; needs a first commit$/m);
  });
});
