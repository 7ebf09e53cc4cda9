import type { S3Bucket } from "./s3-bucket.js";
import type { FileKind, StateFiles } from "./state-files.js";
import { type StoreOptions, VersionedStore } from "./versioned-store.js";

/** States in a bucket: the keys are those of the local folder, below `<prefix>/<environment>/<name>`. */
export class S3Store extends VersionedStore {
  constructor(
    bucket: S3Bucket,
    /** `<environment>/<name>`. */
    deployment: string,
    options: StoreOptions = {},
  ) {
    super(new S3Files(bucket, deployment), deployment, options);
  }
}

class S3Files implements StateFiles {
  constructor(
    private readonly bucket: S3Bucket,
    private readonly folder: string,
  ) {}

  place(kind: FileKind, name: string): string {
    return this.bucket.place(this.key(kind, name));
  }

  list(kind: FileKind): Promise<string[]> {
    return this.bucket.list(`${this.folder}/${kind}`);
  }

  read(kind: FileKind, name: string): Promise<Buffer | undefined> {
    return this.bucket.get(this.key(kind, name));
  }

  create(name: string, content: string): Promise<boolean> {
    return this.bucket.create(this.key("pointers", name), Buffer.from(content));
  }

  /** The same name always gets the same content, so writing it again does no harm. */
  put(kind: FileKind, name: string, content: Uint8Array): Promise<void> {
    return this.bucket.put(this.key(kind, name), content);
  }

  remove(kind: FileKind, name: string): Promise<void> {
    return this.bucket.remove(this.key(kind, name));
  }

  private key(kind: FileKind, name: string): string {
    return `${this.folder}/${kind}/${name}`;
  }
}
