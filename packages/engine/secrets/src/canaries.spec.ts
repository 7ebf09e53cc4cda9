import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { SecretReference } from "@infra/inventory";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { filesWith, formsOf } from "../../test/canaries.js";
import { openTofu, passphrase, Product, type Ran, terraform } from "../../test/product.js";
import { long } from "../../test/remote.js";
import { type Put, SecretStores } from "../../test/secret-stores.js";

const id = "production/app";
const names = Array.from({ length: 20 }, (_, index) => `s${String(index)}`);
const variable = SecretReference.parse("secret://acme/app#s0").variable;

/** Twenty values that nobody else has, of every kind of letters. */
const canaries = (): Record<string, string> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      `canary/${randomBytes(9).toString("base64")}+"${name}" \${x}\nüé ${randomBytes(8).toString("hex")}`,
    ]),
  );

let tofu: string;
let stores: SecretStores;
let product: Product;

beforeAll(async () => {
  [tofu, stores] = await Promise.all([openTofu(), SecretStores.start()]);
});
afterAll(() => stores.stop());

beforeEach(() => {
  product = new Product(tofu);
  const folders = { TMPDIR: "tmp", HOME: "home", INFRA_CACHE: "cache", XDG_CACHE_HOME: "home/cache" };
  const own = Object.fromEntries(Object.entries(folders).map(([name, folder]) => [name, join(product.root, folder)]));
  for (const folder of Object.values(own)) mkdirSync(folder, { recursive: true });
  Object.assign(product, { env: { ...own, PATH: stores.path, INFRA_STATE_PASSPHRASE: passphrase } });
});
afterEach(() => product.remove());

/** An inventory with all canaries, and a script that gets one of them. */
const wanting = (script: string): void => {
  const kept = names.map((name) => `    ${name}: secret://acme/app#${name}\n`).join("");
  product.write(
    `inventory/${id}.yaml`,
    `stack: ./stacks/values\nconfig:\n  kept:\n${kept}  script: ${JSON.stringify(script)}\n`,
  );
};

/** Files of the product, of its temporary folder, its cache and its home, and of the memory that runs use, with one of these. */
const leaks = (forms: readonly string[]): string[] => {
  const memory = existsSync("/dev/shm") ? readdirSync("/dev/shm").filter((name) => name.startsWith("infra-")) : [];
  return [product.root, ...memory.map((name) => join("/dev/shm", name))].flatMap((folder) => filesIn(folder, forms));
};

/** Folders of other runs may go while they are looked at. */
const filesIn = (folder: string, forms: readonly string[]): string[] => {
  try {
    return filesWith(folder, forms);
  } catch (error) {
    if (folder !== product.root && (error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
};

type Command = readonly [codes: readonly number[], ...args: string[]];

/** With `--json`, and, where it is long, also without. */
const commands: readonly Command[] = [
  [[2], "plan", id],
  [[0], "apply", id, "--yes"],
  [[0], "drift", id, "--json"],
  [[0], "output", id, "--json"],
  [[0, 1], "doctor", "--json"],
  [[0], "secrets", "check", "--json"],
  ...(long ? more() : []),
  [[0], "destroy", id, "--yes", "--json"],
];

function more(): Command[] {
  return [
    [[0], "plan", id, "--json"],
    [[0], "drift", id],
    [[0], "output", id],
    [[0], "synth", id],
    [[0], "validate", id],
    [[0], "state", "versions", id, "--json"],
    [[0], "state", "check", "--history"],
    [[0, 1], "doctor"],
    [[0], "secrets", "check"],
  ];
}

describe("twenty canaries", () => {
  it.each(["vault", "1password (op command)", "1password (http", "sops", "environment"])(
    "in %s reach the engine, and no output and no file of any command, also of one that fails",
    async (tier) => {
      await hold(tier, stores.all[tier] ?? stores.inEnvironment);
    },
    600_000,
  );
});

describe.skipIf(terraform() === undefined)("twenty canaries, with Terraform,", () => {
  it("reach the engine, and no output and no file", async () => {
    Object.assign(product, { engine: terraform() });
    await hold("environment", stores.inEnvironment);
  }, 600_000);
});

const hold = async (tier: string, put: Put): Promise<void> => {
  const values = canaries();
  const env = await put(product, values);
  const credentials = Object.values(env).filter((value) => /^(AGE-SECRET|root-)/.test(value));
  const forms = [...Object.values(values), ...credentials].flatMap(formsOf);
  const run = async (codes: readonly number[], ...args: readonly string[]): Promise<Ran> => {
    const ran = await product.infraWith(env, ...args);
    expect(codes, ran.output).toContain(ran.code);
    for (const form of forms) expect(ran.output).not.toContain(form);
    expect(leaks(forms), args.join(" ")).toEqual([]);
    return ran;
  };

  // A program that fails and says what it was given, as providers do.
  wanting(`echo "refused: $TF_VAR_${variable}" >&2; exit 7`);
  const failed = await run([1], "apply", id, "--yes", "--json");
  expect(failed.stdout).toContain("refused: ***");
  wanting(`printf %s "$TF_VAR_${variable}" | sha256sum > ${product.root}/digest`);
  for (const [codes, ...args] of commands) {
    const { stdout } = await run(codes, ...args);
    if (args.includes("--yes") && !args.includes("--json")) expect(stdout).toContain(`20 secrets are from ${tier}`);
  }
  const digest = createHash("sha256").update(values["s0"] ?? "");
  expect(product.read("digest")).toContain(digest.digest("hex"));
};
