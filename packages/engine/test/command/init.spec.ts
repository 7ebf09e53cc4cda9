import { chmodSync, existsSync, lstatSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTofu, passphrase, Product, until } from "../product.js";

const id = "production/net";
const inventory = (cidr = "10.0.0.0/16") => `stack: ./stacks/net\nconfig:\n  networks:\n    one: { cidr: ${cidr} }\n`;

let tofu: string;
const products: Product[] = [];

beforeAll(async () => {
  // Named by a variable: the package is private to the workspace, and only specs need it.
  const toolchain = "@infra/toolchain";
  await ((await import(toolchain)) as { ensureTool(name: string): Promise<string> }).ensureTool("provider-hcloud");
  tofu = await openTofu();
});

afterAll(() => {
  for (const product of products.splice(0)) product.remove();
});

/** A product whose engine notes what it is called for, and does what the file beside it says before it starts. */
class Watched {
  readonly product: Product;
  private readonly log: string;
  private readonly before: string;

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.product = new Product(tofu, env);
    products.push(this.product);
    const engine = join(this.product.root, "tofu-watched");
    this.log = `${engine}.log`;
    this.before = `${engine}.before`;
    writeFileSync(
      engine,
      `#!/bin/sh\necho "$1" >> ${this.log}\nif [ -e ${this.before} ]; then . ${this.before}; fi\nexec ${tofu} "$@"\n`,
    );
    chmodSync(engine, 0o755);
    Object.assign(this.product, { engine });
    this.product.write("inventory/production/net.yaml", inventory());
  }

  /** What the engine's script does before the engine, in every call. */
  meddle(script: string): void {
    writeFileSync(this.before, script);
  }

  /** Runs the command. @returns the engine's commands, without those that ask for its version */
  async calls(...args: string[]): Promise<string[]> {
    rmSync(this.log, { force: true });
    const ran = await this.product.infra(...args);
    expect([0, 2], ran.output).toContain(ran.code);
    const calls = readFileSync(this.log, "utf8").trim().split("\n");
    return calls.filter((call) => call !== "version");
  }

  /** A path in the folder of the deployment. */
  at(...path: string[]): string {
    return join(this.product.root, this.product.work(id), ...path);
  }
}

/** A script that removes `.terraform` before the first call of a command. */
const onceBefore = (verb: string, mark: string) =>
  `if [ "$1" = ${verb} ] && [ ! -e ${mark} ]; then touch ${mark}; rm -r .terraform; fi\n`;

describe("offline", () => {
  let watched: Watched;
  const plan = () => watched.calls("plan", id, "--offline");

  beforeAll(() => {
    watched = new Watched();
  });

  beforeEach(async () => {
    await plan();
  });

  it("does not initialise a second time", async () => {
    expect(await plan()).toEqual(["plan"]);
  });

  it("does not initialise because of another configuration of the same providers", async () => {
    watched.product.write("inventory/production/net.yaml", inventory("10.9.0.0/16"));
    expect(await plan()).toEqual(["plan"]);
  });

  it("initialises again when .terraform was removed", async () => {
    rmSync(watched.at(".terraform"), { recursive: true });
    expect(await plan()).toEqual(["init", "plan"]);
    expect(await plan()).toEqual(["plan"]);
  });

  it("initialises again when a file of .terraform was cut short", async () => {
    writeFileSync(watched.at(".terraform", "terraform.tfstate"), "{");
    expect(await plan()).toEqual(["init", "plan"]);
  });

  it("initialises again for another version of the engine", async () => {
    watched.meddle('if [ "$1" = version ]; then echo \'{"terraform_version":"1.99.0"}\'; exit 0; fi\n');
    expect(await plan()).toEqual(["init", "plan"]);
    watched.meddle("");
    expect(await plan()).toEqual(["init", "plan"]);
  });

  it("initialises again after a run that was killed in the middle of it", async () => {
    rmSync(watched.at(".terraform"), { recursive: true });
    watched.meddle(
      "if [ \"$1\" = init ]; then mkdir -p .terraform; printf '{' > .terraform/terraform.tfstate; kill -9 $PPID; exit 1; fi\n",
    );
    expect((await watched.product.infra("plan", id, "--offline")).code).toBe(-1);
    expect(existsSync(watched.at(".terraform", "infra-init"))).toBe(false);
    watched.meddle("");
    expect(await plan()).toEqual(["init", "plan"]);
  });

  it("initialises once, and repeats a plan that found the folder damaged", async () => {
    watched.meddle(onceBefore("plan", watched.at("damaged")));
    expect(await plan()).toEqual(["plan", "init", "plan"]);
    watched.meddle("");
  });

  it("initialises one of several deployments that need the same", async () => {
    for (const name of ["two", "three", "four"])
      watched.product.write(`inventory/production/${name}.yaml`, inventory());
    const calls = await watched.calls("plan", "--all", "--offline", "--parallelism", "2");
    expect(calls.sort()).toEqual(["init", "plan", "plan", "plan", "plan"]);
  });

  it("keeps runs apart that have clouds of their own and the same working folder", async () => {
    const [begun, over] = [watched.at("begun"), watched.at("over")];
    watched.meddle(`if [ "$1" = plan ]; then touch ${begun}; while [ ! -e ${over} ]; do sleep 0.1; done; fi\n`);
    const env = (name: string) => ({ INFRA_EMULATION: join(watched.product.root, name) });
    const first = watched.product.start(["plan", id, "--offline"], env("a"));
    await until("the first run plans", () => existsSync(begun));
    const second = await watched.product.infraWith(env("b"), "plan", id, "--offline");
    expect(second.code, second.output).toBe(1);
    expect(second.output).toMatch(/locked/);
    writeFileSync(over, "");
    expect((await first.ended).code).toBe(2);
  });
});

describe("with a real provider", () => {
  let watched: Watched;
  const plan = () => watched.calls("plan", id);
  const provider = "providers/registry.opentofu.org/hetznercloud/hcloud/1.57.0";
  const atReal = (...path: string[]) => join(watched.product.root, ".infra/real", id, ".terraform", ...path);
  const linked = () => atReal(provider, `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`);

  beforeAll(() => {
    watched = new Watched({ INFRA_STATE_PASSPHRASE: passphrase, HCLOUD_TOKEN: "a".repeat(64) });
  });

  beforeEach(async () => {
    await plan();
  });

  it("links the provider, and never copies it", async () => {
    expect(lstatSync(linked()).isSymbolicLink()).toBe(true);
    expect(await plan()).toEqual(["plan"]);
  });

  it("initialises again when the committed lock file changed, and keeps what the engine then wrote", async () => {
    const file = "inventory/production/net.lock.hcl";
    const lock = watched.product.read(file);
    watched.product.write(file, `# changed\n${lock}`);
    expect(await plan()).toEqual(["init", "plan"]);
    expect(await plan()).toEqual(["plan"]);
  });

  it("initialises again when the provider is missing", async () => {
    rmSync(linked());
    expect(await plan()).toEqual(["init", "plan"]);
    expect(existsSync(linked())).toBe(true);
  });

  it("initialises once, and repeats a validate that found no provider", async () => {
    watched.meddle(onceBefore("validate", join(watched.product.root, "damaged")));
    expect(await watched.calls("validate", id)).toEqual(["validate", "init", "validate"]);
    watched.meddle("");
  });

  it("initialises one of two deployments without a lock file, and links the provider for both", async () => {
    for (const name of ["five", "six"]) watched.product.write(`inventory/production/${name}.yaml`, inventory());
    const calls = await watched.calls("plan", "production/five", "production/six");
    expect(calls.sort()).toEqual(["init", "plan", "plan"]);
    const locks = ["five", "six"].map((name) => watched.product.read(`inventory/production/${name}.lock.hcl`));
    expect(locks[0]).toContain("hetznercloud/hcloud");
    expect(locks[0]).toBe(locks[1]);
  });
});
