import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";

const repository = resolve(__dirname, "../../..");

const makefile = readFileSync(join(repository, "generators/files/owned/makefile/Makefile.template"), "utf8");

/** Variables of this machine that programs of pipelines need. */
const kept = ["PATH", "LANG", "INFRA_CACHE", "HTTPS_PROXY", "NO_PROXY"];

/** The machines that jobs run on, and the cloud that they see. */
export class Machines {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "pipelines-")));
  /** The emulated cloud and its states: all that outlives a job. */
  readonly cloud = join(this.root, "cloud");

  /** Programs that the machines have besides. */
  private readonly programs = join(this.root, "bin");
  /** What `make linters` left before. */
  readonly linters = join(this.root, "linters");

  constructor(private readonly engine: string) {
    mkdirSync(this.cloud);
    mkdirSync(this.programs);
    // Most tests are about something else: nothing is found.
    this.linter("checkov", this.program("no-checkov", "console.log(JSON.stringify({ passed: 0, failed: 0 }));"));
  }

  /** Puts a linter where `make linters` keeps it, so that nothing is to be installed. @param program What it runs */
  linter(name: string, program: string): void {
    const [, version = ""] = new RegExp(`^${name.toUpperCase().replace("-", "_")} := (.*)$`, "m").exec(makefile) ?? [];
    const bin = join(this.linters, `${name}-${version}`, "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, name), `#!/bin/sh\nexec "${program}" "$@"\n`, { mode: 0o755 });
  }

  /** Gives the machines a program. @param script What it does, for Node. @returns its path */
  program(name: string, script: string): string {
    const file = join(this.programs, name);
    writeFileSync(file, `#!${process.execPath}\n${script}\n`, { mode: 0o755 });
    return file;
  }

  /** What every job finds in its environment, before the platform adds its own. */
  environment(): Record<string, string> {
    const home = mkdtempSync(join(this.root, "home-"));
    return {
      ...Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
      PATH: `${this.programs}:${process.env["PATH"] ?? ""}`,
      HOME: home,
      LINTERS: this.linters,
      INFRA_CACHE: process.env["INFRA_CACHE"] ?? join(process.env["HOME"] ?? home, ".cache", "infra"),
      INFRA_ENGINE: this.engine,
      CI: "true",
      NO_COLOR: "1",
      NX_DAEMON: "false",
      NX_TUI: "false",
      NX_NO_CLOUD: "true",
    };
  }

  /** Who has the token of the cloud sees the one cloud that there is; others an empty one of their own. */
  account(env: Readonly<Record<string, string>>): Record<string, string> {
    return env["HCLOUD_TOKEN"] ? { INFRA_EMULATION: this.cloud } : {};
  }

  /** Takes a program away again. */
  forget(name: string): void {
    rmSync(join(this.programs, name));
  }

  /** A fresh clone of a repository at a commit, with nothing installed. */
  async clone(origin: string, ref: string): Promise<string> {
    const folder = mkdtempSync(join(this.root, "job-"));
    const git = (...args: string[]) => execa("git", args, { cwd: folder });
    await git("clone", "--quiet", origin, ".");
    await git("fetch", "--quiet", origin, ref);
    await git("checkout", "--quiet", "--detach", "FETCH_HEAD");
    return folder;
  }

  /** What an installation leaves: the packages of this repository, as links. */
  install(folder: string): void {
    const modules = join(folder, "node_modules");
    mkdirSync(modules);
    for (const name of readdirSync(join(repository, "node_modules")))
      if (name !== ".package-lock.json") symlinkSync(join(repository, "node_modules", name), join(modules, name));
    writeFileSync(join(modules, ".package-lock.json"), "{}");
  }

  /** Keeps what the cloud holds, to go back to it. @returns what does so */
  snapshot(): () => void {
    const copy = mkdtempSync(join(this.root, "snapshot-"));
    cpSync(this.cloud, copy, { recursive: true });
    return () => {
      rmSync(this.cloud, { recursive: true });
      cpSync(copy, this.cloud, { recursive: true });
    };
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}
