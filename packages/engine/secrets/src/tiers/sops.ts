import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { filesIn } from "@infra/io";
import { denied, notFound, type SecretFailure, unavailable, wrong } from "../failure.js";
import { fieldsOf } from "./fields.js";
import { callProgram, type Ended } from "./program.js";
import type { Fields, SecretTier } from "./tier.js";

/** Where the files are, and with what they are decrypted. */
export interface SopsOptions {
  /** The product's root: its `.sops.yaml` says for whom files are encrypted. */
  readonly root: string;
  /** Folder of the files, below the root. */
  readonly folder: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** @default sops */
  readonly command?: string;
}

const timeout = 30_000;
const extensions = [".yaml", ".yml", ".json"];

/** Exit codes of sops: https://github.com/getsops/sops/blob/main/cmd/sops/codes/codes.go */
const codes = { noKeyFits: 128, notAuthentic: [25, 51, 52] };

/**
 * Files that SOPS encrypts: `secret://acme/database#password` is the key `password` of `secrets/acme/database.yaml`. They are decrypted
 * by the `sops` program into memory, never to disk.
 */
export class SopsTier implements SecretTier {
  readonly name = "sops";
  readonly where: string;

  constructor(private readonly options: SopsOptions) {
    this.where = options.folder;
  }

  async check(): Promise<string> {
    const files = this.files();
    const { code, stdout } = await this.sops(["--version", "--disable-version-check"]);
    if (code !== 0) throw unavailable("sops does not work", "Install sops 3.9 or newer");
    const version = /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? "";
    const [first] = files;
    if (first === undefined) return `sops ${version}, no files yet`;
    await this.decrypt(first);
    return `sops ${version}, ${String(files.length)} files`;
  }

  async read(path: string): Promise<Fields> {
    const file = this.find(path);
    if (file === undefined)
      throw notFound(`${this.fileOf(path)} does not exist`, `Create it: infra secrets edit ${path}`);
    return fieldsOf(await this.decrypt(file));
  }

  async write(path: string, fields: Fields): Promise<void> {
    const file = this.find(path);
    if (file === undefined) return await this.create(this.fileOf(path), fields);
    for (const [field, value] of Object.entries(fields)) {
      const index = JSON.stringify([field]);
      this.judge(file, await this.sops(["set", "--value-stdin", file, index], JSON.stringify(value)));
    }
  }

  /** The file of a path, below the root, whether it exists or not. */
  fileOf(path: string): string {
    return this.find(path) ?? join(this.options.folder, `${path}${extensions[0] ?? ""}`);
  }

  /** All files of the tier, below the root. */
  files(): string[] {
    const { root, folder } = this.options;
    return filesIn(join(root, folder))
      .filter((file) => extensions.includes(extname(file)))
      .map((file) => relative(root, file));
  }

  /** Makes a new data key for a file, for whom `.sops.yaml` names now. */
  async renewKey(file: string): Promise<void> {
    this.judge(file, await this.sops(["updatekeys", "--yes", file]));
    this.judge(file, await this.sops(["rotate", "--in-place", file]));
  }

  private find(path: string): string | undefined {
    const { root, folder } = this.options;
    return extensions.map((extension) => join(folder, path + extension)).find((file) => existsSync(join(root, file)));
  }

  private async decrypt(file: string): Promise<unknown> {
    const ended = this.judge(file, await this.sops(["decrypt", "--output-type", "json", file]));
    try {
      return JSON.parse(ended.stdout);
    } catch {
      throw wrong(`${file} does not hold fields`, "Keep a map of names and values in it");
    }
  }

  /** Only what sops has encrypted reaches the disk, whole or not at all. */
  private async create(file: string, fields: Fields): Promise<void> {
    const types = ["--input-type", "json", "--output-type", file.endsWith(".json") ? "json" : "yaml"];
    const ended = await this.sops(["encrypt", "--filename-override", file, ...types], JSON.stringify(fields));
    const { stdout } = this.judge(file, ended);
    const target = join(this.options.root, file);
    mkdirSync(dirname(target), { recursive: true });
    const temporary = `${target}.${String(process.pid)}`;
    writeFileSync(temporary, stdout);
    renameSync(temporary, target);
  }

  private judge(file: string, ended: Ended): Ended {
    if (ended.code !== 0) throw failureOf(file, ended);
    return ended;
  }

  private sops(args: readonly string[], input?: string): Promise<Ended> {
    const { command = "sops", root, env } = this.options;
    return callProgram({
      command,
      arguments: args,
      env,
      folder: root,
      timeout,
      ...(input === undefined ? {} : { input }),
    });
  }
}

function failureOf(file: string, { code, stderr }: Ended): SecretFailure {
  if (code === codes.noKeyFits)
    return denied(
      `no key at hand opens ${file}`,
      "Set SOPS_AGE_KEY or SOPS_AGE_KEY_FILE to an age key that the file is encrypted for",
    );
  if (codes.notAuthentic.includes(code))
    return wrong(`${file} was changed by something else than sops`, "Restore it from the repository's history");
  if (stderr.includes("metadata not found"))
    return wrong(`${file} is not encrypted`, `Encrypt it before it is committed: sops encrypt --in-place ${file}`);
  if (stderr.includes("no creation rules"))
    return wrong(
      `nothing says for whom ${file} is encrypted`,
      "Write creation_rules with age recipients into .sops.yaml, or set SOPS_AGE_RECIPIENTS",
    );
  // What its errors quote may be a value of a file that is not encrypted.
  const first = (stderr.trim().split("\n")[0] ?? "").replaceAll(/`[^`]*`|"[^"]*"/g, "…");
  return wrong(`sops failed with ${file}: ${first.slice(0, 200)}`, "Try it with sops itself");
}
