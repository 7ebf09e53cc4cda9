import * as fs from "node:fs/promises";
import * as path from "node:path";
import { createExclusively, listDirectory, readIfExists, removeStaleTemporaries, replaceFile } from "@infra/io";
import { sha256Of } from "./pointer.js";
import type { FileKind, StateFiles } from "./state-files.js";
import { type StoreOptions, VersionedStore } from "./versioned-store.js";

/** States in a folder. Pointers and objects are created by an exclusive link, so of two writers one loses, at any interleaving. */
export class FolderStore extends VersionedStore {
  constructor(
    /** The deployment's own folder; made at the first write. */
    directory: string,
    /** `<environment>/<name>`, for messages. */
    deployment: string,
    options: Pick<StoreOptions, "moved"> = {},
  ) {
    super(new FolderFiles(directory), deployment, options);
  }
}

class FolderFiles implements StateFiles {
  constructor(private readonly directory: string) {}

  place(kind: FileKind, name: string): string {
    return path.join(this.directory, kind, name);
  }

  list(kind: FileKind): Promise<string[]> {
    return listDirectory(path.join(this.directory, kind));
  }

  read(kind: FileKind, name: string): Promise<Buffer | undefined> {
    return readIfExists(this.place(kind, name));
  }

  create(name: string, content: string): Promise<boolean> {
    return createExclusively(path.join(this.directory, "pointers"), name, content);
  }

  async put(kind: FileKind, name: string, content: Uint8Array, sha256: string): Promise<void> {
    const folder = path.join(this.directory, kind);
    await removeStaleTemporaries(folder);
    if (await createExclusively(folder, name, content)) return;
    const existing = await readIfExists(path.join(folder, name));
    if (!existing || sha256Of(existing) !== sha256) await replaceFile(folder, name, content);
  }

  async remove(kind: FileKind, name: string): Promise<void> {
    await fs.rm(this.place(kind, name), { force: true });
  }
}
