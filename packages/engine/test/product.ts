import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { filesIn } from "@infra/io";

export { filesIn };

const repository = join(__dirname, "../../..");

/** The `infra` command. */
export const command = join(repository, "packages/engine/cli/bin/infra.js");

/** A passphrase with letters that texts escape in different ways. */
export const passphrase = 'correct horse+battery/staple "${x}" %41';

/** OpenTofu: `INFRA_ENGINE`, else the toolchain's. */
export async function openTofu(): Promise<string> {
  // Named by a variable: the package is private to the workspace, and only specs need it.
  const toolchain = "@infra/toolchain";
  const named = process.env["INFRA_ENGINE"];
  if (named) return named;
  return ((await import(toolchain)) as { ensureTool(name: string): Promise<string> }).ensureTool("tofu");
}

/** Terraform, when a recent one is on PATH. */
export function terraform(): string | undefined {
  const { stdout } = spawnSync("terraform", ["version", "-json"], { encoding: "utf8" });
  const { terraform_version: version = "0.0" } = JSON.parse(stdout || "{}") as { terraform_version?: string };
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 1 || (major === 1 && minor < 11)) return undefined;
  return (process.env["PATH"] ?? "")
    .split(":")
    .map((folder) => join(folder, "terraform"))
    .find((file) => existsSync(file));
}

/** How a command ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, for searching and for messages of failed expectations. */
  readonly output: string;
}

/** A command that runs. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ran>;
  /** What it has printed until now. */
  output(): string;
}

/** One result of a run, as `--json` prints it. */
export interface Result {
  readonly id: string;
  readonly status: string;
  readonly counts: { create: number; update: number; replace: number; delete: number };
  readonly changes: readonly {
    address: string;
    action: string;
    place?: string;
    attributes?: { path: string; before: string; after: string }[];
  }[];
  readonly problems: readonly { message: string; remedy: string }[];
  readonly notes: readonly string[];
  readonly outputs?: Record<string, unknown>;
}

/** An object of an emulated cloud. */
export interface CloudObject {
  readonly type: string;
  readonly id: string;
  readonly values: Record<string, unknown>;
}

/** A resource in a state that is not encrypted: `type.name` and its id. */
export type Recorded = Readonly<Record<string, unknown>>;

/** A repository of a product, in a temporary folder, with the stacks `net` and `values` of this folder. */
export class Product {
  readonly root: string;
  /** The process ids of all commands that were started here. */
  readonly pids: number[] = [];
  private readonly started = new Set<ChildProcess>();

  constructor(
    readonly engine: string,
    /** Variables of every command. */
    readonly env: Readonly<Record<string, string>> = {},
    from?: Product,
  ) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), "infra-product-")));
    if (from) cpSync(from.root, this.root, { recursive: true, verbatimSymlinks: true });
    else this.create();
  }

  /** Writes a file, such as `inventory/production/net.yaml`. */
  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  /** Runs the command. */
  infra(...args: string[]): Promise<Ran> {
    return this.start(args).ended;
  }

  /** Runs the command with more variables. */
  infraWith(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ran> {
    return this.start(args, env).ended;
  }

  /** Runs the command with `--json`. @returns the results by deployment */
  async results(...args: string[]): Promise<{ code: number; results: Record<string, Result>; output: string }> {
    const ran = await this.infra(...args, "--json");
    const { results } = JSON.parse(ran.stdout) as { results: Result[] };
    return {
      code: ran.code,
      results: Object.fromEntries(results.map((each) => [each.id, each])),
      output: ran.output,
    };
  }

  /** Starts the command. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: this.root,
      env: { ...ownEnvironment(), INFRA_ENGINE: this.engine, ...this.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.started.add(child);
    if (child.pid !== undefined) this.pids.push(child.pid);
    let [stdout, stderr] = ["", ""];
    const ended = new Promise<Ran>((resolve, reject) => {
      child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
      child.on("error", reject).on("close", (code) => {
        this.started.delete(child);
        resolve({ code: code ?? -1, stdout, stderr, output: stdout + stderr });
      });
    });
    return { pid: child.pid ?? 0, ended, output: () => stdout + stderr };
  }

  /** The folder of the offline runs of a deployment, relative to the root. */
  work(id: string): string {
    return join(".infra", "offline", id);
  }

  /** The objects of the emulated cloud of a deployment, also while a run is changing it. */
  cloud(id: string): CloudObject[] {
    const file = join(this.work(id), "cloud.jsonl");
    const lines = this.has(file) ? this.read(file).split("\n") : [];
    const objects = new Map<string, CloudObject>();
    for (const line of lines.filter((text) => text.endsWith("}"))) {
      const { op, type, id: objectId, values } = JSON.parse(line) as CloudObject & { op?: string };
      const key = `${type} ${objectId}`;
      if (op === "delete") objects.delete(key);
      else if (op === undefined) objects.set(key, { type, id: objectId, values });
    }
    return [...objects.values()];
  }

  /** Edits one value in the emulated cloud. */
  edit(id: string, matches: (object: CloudObject) => boolean, values: Record<string, unknown>): void {
    const edited = this.cloud(id).map((object) =>
      matches(object) ? { ...object, values: { ...object.values, ...values } } : object,
    );
    this.write(join(this.work(id), "cloud.jsonl"), edited.map((object) => `${JSON.stringify(object)}\n`).join(""));
  }

  /** What each version of an offline state that is not encrypted records, oldest first. */
  states(id: string): Recorded[] {
    const folder = join(this.work(id), "state");
    if (!this.has(join(folder, "pointers"))) return [];
    const pointers = readdirSync(join(this.root, folder, "pointers"))
      .filter((name) => name.endsWith(".json"))
      .sort();
    return pointers.map((name) => {
      const { key } = JSON.parse(this.read(join(folder, "pointers", name))) as { key: string };
      return recordedIn(this.read(join(folder, "versions", key)));
    });
  }

  /** The engine that works in a deployment's folder at the moment. */
  engineOf(id: string, work = this.work(id)): number | undefined {
    const file = join(work, "engine.pid");
    try {
      const pid = this.has(file) ? Number.parseInt(this.read(file), 10) : 0;
      return pid > 0 && readlinkSync(`/proc/${String(pid)}/cwd`) === join(this.root, work) ? pid : undefined;
    } catch {
      return undefined;
    }
  }

  /** Digests of all files, by path. */
  tree(): Record<string, string> {
    return Object.fromEntries(filesIn(this.root).map((file) => [relative(this.root, file), digestOf(file)]));
  }

  /** Ends what is still running and removes the folder. */
  remove(): void {
    for (const child of this.started) child.kill("SIGKILL");
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }

  private create(): void {
    this.write("package.json", JSON.stringify({ name: "acme", private: true, infra: {} }));
    this.write(
      "inventory/product.yaml",
      "product: acme\nprovider: hetzner\nregion: fsn1\nallow: { provisioners: true }\n",
    );
    cpSync(join(__dirname, "fixtures"), join(this.root, "stacks"), { recursive: true });
    symlinkSync(join(repository, "node_modules"), join(this.root, "node_modules"));
  }
}

/** Waits until something is the case. @throws Error that names it, after two minutes */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + 120_000;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(5);
  }
  throw new Error(`this did not happen within two minutes: ${what}`);
}

function recordedIn(text: string): Recorded {
  const state = JSON.parse(text) as {
    resources?: { type: string; name: string; instances: { attributes: { id: unknown } }[] }[];
  };
  return Object.fromEntries(
    (state.resources ?? []).flatMap(({ type, name, instances }) =>
      instances.map(({ attributes }) => [`${type}.${name}`, attributes.id] as const),
    ),
  );
}

function digestOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** The environment without anything that concerns engines, clouds, platforms or the command. */
function ownEnvironment(): Record<string, string | undefined> {
  const foreign =
    /^(?:TF_|INFRA_(?!CACHE)|HCLOUD_|AWS_|GITHUB_|GH_|GITLAB_|CI_|NO_COLOR|FORCE_COLOR|NODE_OPTIONS|VITEST)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}
