import { createHash } from "node:crypto";
import {
  type Dirent,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** Name of the engine's folder in a working folder. */
const dataFolder = ".terraform";

/** Name of the lock file beside it. */
export const engineLockFile = ".terraform.lock.hcl";

/** Name of the file that says what `init` was run for. */
const stampName = "infra-init";

/** A file of `.terraform` that is larger than this, in bytes, is a program of a provider: it is compared by size and time, and not copied. */
const largest = 256 * 1024;

/** Where the stamp of a working folder is. */
export function stampOf(work: string): string {
  return join(work, dataFolder, stampName);
}

interface Entry {
  /** Path below `.terraform`. */
  readonly path: string;
  /** Target of a link. @default - it is a file */
  readonly link?: string;
  /** @default - it is large, or a link */
  readonly content?: Buffer;
  /** What is compared: the content, or size and time of what is large. */
  readonly identity: string;
}

/**
 * Digest of what is in the engine's folder: files by their content, programs by size and time, links with what they lead to. A file
 * that is missing, half written or replaced gives another one.
 */
export function digestOfInit(work: string): string {
  const hash = createHash("sha256");
  for (const { path, link = "", identity } of entriesIn(join(work, dataFolder)))
    hash.update(JSON.stringify([path, link, identity]));
  return hash.digest("hex");
}

/** What one `init` made, to be given to working folders that need the same. */
export interface InitResult {
  readonly entries: readonly Entry[];
  /** @default - the engine wrote no lock file */
  readonly lockFile?: Buffer;
}

/** What `init` made in a working folder. @returns undefined when a provider was copied into it: providers are only ever linked */
export function readInit(work: string): InitResult | undefined {
  const entries = entriesIn(join(work, dataFolder));
  if (entries.some(({ link, content }) => link === undefined && content === undefined)) return undefined;
  const lockFile = join(work, engineLockFile);
  return { entries, ...(existsSync(lockFile) ? { lockFile: readFileSync(lockFile) } : {}) };
}

/** Gives a working folder what `init` made in another one. The engine's folder appears whole or not at all. */
export function writeInit(work: string, { entries, lockFile }: InitResult): void {
  const making = mkdtempSync(join(work, `${dataFolder}-`));
  try {
    for (const { path, link, content } of entries) {
      const file = join(making, path);
      mkdirSync(dirname(file), { recursive: true });
      if (link !== undefined) symlinkSync(link, file);
      else writeFileSync(file, content ?? "");
    }
    renameSync(making, join(work, dataFolder));
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  if (lockFile) writeFileSync(join(work, engineLockFile), lockFile);
}

/**
 * Removes what `init` made, first of all the stamp: a folder that is half removed or half made is never taken for whole. The engine
 * cannot initialise over files that were cut short.
 */
export function dropInit(work: string): void {
  rmSync(stampOf(work), { force: true });
  for (const name of existsSync(work) ? readdirSync(work) : [])
    if (name === dataFolder || name.startsWith(`${dataFolder}-`))
      rmSync(join(work, name), { recursive: true, force: true });
}

function entriesIn(folder: string, below = ""): Entry[] {
  return listed(folder).flatMap((entry) => {
    const path = join(below, entry.name);
    const file = join(folder, entry.name);
    if (entry.isDirectory()) return entriesIn(file, path);
    if (path === stampName) return [];
    if (entry.isSymbolicLink()) return [{ path, link: readlinkSync(file), identity: identityOf(file) }];
    if (statSync(file).size > largest) return [{ path, identity: identityOf(file) }];
    const content = readFileSync(file);
    return [{ path, content, identity: createHash("sha256").update(content).digest("hex") }];
  });
}

/** Size and time of a file, or of every file of a folder that a link leads to. */
function identityOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) return "missing";
  if (!found.isDirectory()) return `${basename(file)} ${String(found.size)} ${String(found.mtimeMs)}`;
  return listed(file)
    .map(({ name }) => identityOf(join(file, name)))
    .join("\n");
}

function listed(folder: string): Dirent[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}
