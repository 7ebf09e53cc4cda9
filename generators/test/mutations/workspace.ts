import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { generate, git, linkPackages } from "../scaffold.js";
import newGenerator from "../../src/generators/new/new.js";
import { type Dependent, integrityOf, type LockEntry, lockOf, type NpmLock } from "./lock.js";

const run = promisify(execFile);

/** A product in a git repository, to be changed. */
export class Workspace {
  /** @param root Its folder */
  constructor(readonly root: string) {}

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }

  read(file: string): string {
    return readFileSync(join(this.root, file), "utf8");
  }

  has(file: string): boolean {
    return existsSync(join(this.root, file));
  }

  append(file: string, text: string): void {
    this.write(file, `${this.read(file)}${text}`);
  }

  /** @throws Error when the file does not have the text: the mutation would be none */
  replace(file: string, from: string, to: string): void {
    const text = this.read(file);
    if (!text.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`);
    this.write(file, text.replace(from, to));
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true });
  }

  /** Changes package.json. */
  manifest(change: (manifest: Record<string, Record<string, string>>) => void): void {
    this.json("package.json", change);
  }

  /** Changes the entries of package-lock.json. */
  lock(change: (packages: Record<string, LockEntry>) => void): void {
    this.json<NpmLock>("package-lock.json", ({ packages }) => {
      change(packages);
    });
  }

  /** Locks packages in other versions, and pins them where package.json does, as an update. */
  bump(versions: Readonly<Record<string, string>>): void {
    const pinned = JSON.parse(this.read("package.json")) as Dependent;
    const pins = Object.entries(versions).filter(([name]) => name in (pinned.dependencies ?? {}));
    if (pins.length > 0)
      this.manifest(({ dependencies }) => Object.assign(dependencies ?? {}, Object.fromEntries(pins)));
    this.lock((packages) => {
      Object.assign(packages[""]?.dependencies ?? {}, Object.fromEntries(pins));
      for (const [name, version] of Object.entries(versions)) bumpEntry(packages, name, version);
    });
  }

  /** Commits everything. */
  commit(): void {
    git(this.root, "add", "-A");
    git(this.root, "commit", "-qm", "chore: change");
  }

  /** Goes back to the start. */
  reset(): void {
    git(this.root, "reset", "-q", "--hard", "start");
    git(this.root, "clean", "-qfd");
  }

  /** Runs nx. @returns what it printed @throws Error with all that it printed when it fails */
  async nx(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const isolated = { NX_DAEMON: "false", NX_NO_CLOUD: "true", NX_TUI: "false", NX_WORKSPACE_ROOT_PATH: this.root };
    const { stdout } = await run(process.execPath, [join(this.root, "node_modules/nx/dist/bin/nx.js"), ...args], {
      cwd: this.root,
      env: {
        ...process.env,
        ...isolated,
        NX_ISOLATE_PLUGINS: "true",
        CI: "",
        NO_COLOR: "1",
        INFRA_STATE_PASSPHRASE: "",
        ...env,
      },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  }

  private json<T>(file: string, change: (value: T) => void): void {
    const value = JSON.parse(this.read(file)) as T;
    change(value);
    this.write(file, `${JSON.stringify(value, null, 2)}\n`);
  }
}

function bumpEntry(packages: Record<string, LockEntry>, name: string, version: string): void {
  const entry = packages[`node_modules/${name}`];
  if (!entry) throw new Error(`the lock file has no ${name}`);
  for (const other of Object.values(packages))
    if (other.dependencies && name in other.dependencies) other.dependencies[name] = version;
  const old = String(entry.version);
  Object.assign(entry, {
    version,
    resolved: String(entry.resolved).replace(old, version),
    integrity: integrityOf(`${name}@${version}`),
  });
}

const ownStack = `const { defineStack, DataResource } = require("@infra/core");
const { z } = require("zod");
const { prefix } = require("../shared/names");
require("left-pad");
module.exports = defineStack({
  config: z.strictObject({ word: z.string().default("x") }),
  build: (stack, { word }) => ({ id: new DataResource(stack, "one", { input: prefix + word }).id }),
});
`;

const webDependencies = { "@infra/core": "0.1.0", "web-tool": "^1.0.0" };

const workspaceStack = `const { defineStack, DataResource, forEachEntry } = require("@infra/core");
const { mapOf, orReference, Reference } = require("@infra/inventory");
const { z } = require("zod");
module.exports = defineStack({
  config: z.strictObject({ items: mapOf(orReference(z.string())).default({}) }),
  build: (stack, { items }) => ({
    items: forEachEntry(stack, ["items"], items, (scope, value) =>
      new DataResource(scope, "item", { input: { value: value instanceof Reference ? stack.outputOf(value) : value } }).id),
  }),
});
`;

/**
 * A product as the template makes it, with what products add to it: more clouds, references, a stack of its own, a stack in a
 * workspace, secrets, and packages that no deployment uses. Its lock file holds every package that npm would install.
 *
 * @param root An empty folder
 */
export async function makeWorkspace(root: string): Promise<Workspace> {
  await generate(root, newGenerator, {
    name: "acme",
    directory: ".",
    region: "fsn1",
    ci: "both",
    domain: "acme.example",
    stacks: ["compute", "dns", "storage"],
  });
  const workspace = new Workspace(root);
  addToInventory(workspace);
  addCode(workspace);
  workspace.manifest((manifest) => {
    const versions = { "@cdktf/provider-azurerm": "14.23.1", "left-pad": "1.3.0", prettier: "3.0.0", web: "1.0.0" };
    Object.assign(manifest, { workspaces: ["packages/*"], dependencies: { ...manifest["dependencies"], ...versions } });
  });
  const lock = lockOf(JSON.parse(workspace.read("package.json")) as Dependent);
  addToLock(lock.packages);
  workspace.write("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
  git(root, "init", "-q", "-b", "main");
  installed(root);
  workspace.commit();
  git(root, "tag", "start");
  return workspace;
}

function addToInventory(workspace: Workspace): void {
  workspace.append("inventory/product.yaml", "\nstacks:\n  web: { items: { motto: hello } }\n");
  for (const environment of ["production", "staging"]) {
    const file = `inventory/${environment}/environment.yaml`;
    workspace.write(file, "region: nbg1\n");
    workspace.write(
      `inventory/${environment}/web.yaml`,
      'stack: "@acme/stack-web"\nconfig:\n  items: { one: hello }\n',
    );
  }
  const credentials = "credentials: { HCLOUD_TOKEN: secret://acme/hetzner#token }\n";
  workspace.write("inventory/production/own.yaml", `stack: ./stacks/own\n${credentials}`);
  workspace.write(
    "inventory/production/edge.yaml",
    'stack: "@acme/stack-web"\nconfig:\n  items: { upstream: { output: web.items.one } }\n',
  );
  const azure = "provider: azure\nregion: westeurope\naccount: 00000000-0000-0000-0000-000000000000\n";
  workspace.write("inventory/cloud/environment.yaml", azure);
  workspace.write("inventory/cloud/storage.yaml", "config: {}\n");
  workspace.write("secrets/acme/hetzner.yaml", "token: encrypted\n");
  workspace.write("inventory/production/own.lock.hcl", "# locks of own\n");
}

function addCode(workspace: Workspace): void {
  workspace.write("stacks/own/index.js", ownStack);
  workspace.write("stacks/shared/names.js", 'exports.prefix = "acme-";\n');
  const manifest = {
    name: "@acme/stack-web",
    version: "1.0.0",
    main: "index.js",
    dependencies: { "web-tool": "^1.0.0" },
  };
  workspace.write("packages/stack-web/package.json", JSON.stringify(manifest));
  workspace.write("packages/stack-web/index.js", workspaceStack);
  workspace.write("packages/docs/package.json", JSON.stringify({ name: "@acme/docs", version: "1.0.0" }));
  workspace.write("packages/docs/index.js", "module.exports = {};\n");
  workspace.write("docs/decisions.md", "# Decisions\n");
}

/** Packages by hand: one that the product's own stack imports, one that no deployment uses, and one in two versions. */
function addToLock(packages: Record<string, LockEntry>): void {
  const entry = (name: string, version: string, dependencies?: Record<string, string>): LockEntry => ({
    version,
    resolved: `https://registry.npmjs.org/${name}/-/${name}-${version}.tgz`,
    integrity: integrityOf(`${name}@${version}`),
    ...(dependencies ? { dependencies } : {}),
  });
  Object.assign(packages, {
    "node_modules/@acme/stack-web": { resolved: "packages/stack-web", link: true },
    "node_modules/@acme/docs": { resolved: "packages/docs", link: true },
    "packages/stack-web": { name: "@acme/stack-web", version: "1.0.0", dependencies: webDependencies },
    "packages/docs": { name: "@acme/docs", version: "1.0.0" },
    "node_modules/left-pad": entry("left-pad", "1.3.0", { "pad-core": "1 || 2" }),
    "node_modules/prettier": entry("prettier", "3.0.0", { "pad-core": "1", "print-width": "^1.0.0" }),
    "node_modules/print-width": entry("print-width", "1.0.0"),
    "node_modules/web": entry("web", "1.0.0", { "pad-core": "2" }),
    "node_modules/web/node_modules/pad-core": entry("pad-core", "2.0.0"),
    "node_modules/pad-core": entry("pad-core", "1.0.0"),
    "node_modules/web-tool": entry("web-tool", "1.0.0"),
  });
}

/** Puts the packages where Node finds them. */
function installed(root: string): Workspace {
  linkPackages(root);
  mkdirSync(join(root, "node_modules/@acme"));
  for (const name of readdirSync(join(root, "packages")))
    symlinkSync(join("../../packages", name), join(root, "node_modules/@acme", name));
  mkdirSync(join(root, "node_modules/left-pad"), { recursive: true });
  writeFileSync(join(root, "node_modules/left-pad/index.js"), "module.exports = () => undefined;\n");
  return new Workspace(root);
}
