import { ensureTool } from "@infra/toolchain";
import { execa } from "execa";
import { createHash } from "node:crypto";
import { mkdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { collection } from "./collection.js";

/** How a run ended, and all that it printed, in order. */
export interface Outcome {
  readonly succeeded: boolean;
  readonly output: string;
}

/** Runs the programs of Ansible with the collection installed from this tree. */
export interface Ansible {
  /** A folder for scratch, which stays from run to run. Its path is short: sockets of SSH lie in it. */
  readonly scratch: string;
  /**
   * Runs one of the programs in the folder of the collection.
   * @param env Variables besides those of this process
   */
  run(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Outcome>;
}

let started: Promise<Ansible> | undefined;

/**
 * Ansible, Molecule and the linters, which are installed the first time.
 * @throws Error when they can't be installed
 */
export function ansible(): Promise<Ansible> {
  return (started ??= start());
}

async function start(): Promise<Ansible> {
  const bin = dirname(await ensureTool("ansible-core"));
  const id = createHash("sha256").update(collection).digest("hex").slice(0, 8);
  const scratch = join(tmpdir(), `infra-roles-${id}`);
  const collections = await linkCollection(scratch);
  const own = {
    PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
    ANSIBLE_COLLECTIONS_PATH: collections,
    ANSIBLE_HOME: join(scratch, "home"),
    ANSIBLE_NOCOLOR: "1",
    NO_COLOR: "1",
    LC_ALL: "C.UTF-8",
  };
  return {
    scratch,
    async run(program, args, env = {}) {
      const options = { cwd: collection, env: { ...own, ...env }, all: true, reject: false, stdin: "ignore" } as const;
      const { all, failed } = await execa(join(bin, program), args, options);
      return { succeeded: !failed, output: all };
    },
  };
}

async function linkCollection(scratch: string): Promise<string> {
  const collections = join(scratch, "collections");
  const link = join(collections, "ansible_collections/infra/platform");
  await mkdir(dirname(link), { recursive: true, mode: 0o700 });
  await rm(link, { force: true });
  await symlink(collection, link).catch((error: NodeJS.ErrnoException) => {
    // Another process has linked it in the meantime.
    if (error.code !== "EEXIST") throw error;
  });
  return collections;
}
