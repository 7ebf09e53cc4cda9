/** What a file of a state is: the bytes of a version, a numbered pointer to them, or a record of an apply. */
export type FileKind = "versions" | "pointers" | "applied";

/** Where the files of one deployment's state are kept. What throws is a failure of the store. */
export interface StateFiles {
  /** Where a file is, for messages. */
  place(kind: FileKind, name: string): string;
  /** The names of one kind. */
  list(kind: FileKind): Promise<string[]>;
  /** A file's bytes. @returns undefined when it does not exist */
  read(kind: FileKind, name: string): Promise<Buffer | undefined>;
  /** Creates a file, whole or not at all. @returns false when the name is taken; that file is untouched */
  create(name: string, content: string): Promise<boolean>;
  /** Writes a file whose name stands for its content; what is there with other content was damaged, and is healed. */
  put(kind: FileKind, name: string, content: Uint8Array, sha256: string): Promise<void>;
  /** Removes a file. Harmless when it does not exist. */
  remove(kind: FileKind, name: string): Promise<void>;
}

/** Keeps the current pointers where a write is checked against the lock in the same step. */
export interface PointerAuthority {
  /** The current pointer's text and its revision; no text and revision 0 when there is none. */
  read(): Promise<{ readonly text?: string; readonly revision: number }>;
  /** Replaces the pointer of a revision, if the lock is still held: both is checked and done in one step. */
  commit(text: string, revision: number, token: string): Promise<"done" | "lock-lost" | "conflict">;
}
