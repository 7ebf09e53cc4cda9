import { requireConditionalWrites } from "../stores/conditional-writes.js";
import { StateError, storageFailed } from "../errors.js";
import { NumberedLock } from "./file-lock.js";
import type { AcquireOptions, HeldLock } from "./lock.js";
import type { S3Bucket } from "../stores/s3-bucket.js";

/** Buckets that were found to honour conditional writes, or not; one process asks once. */
const probes = new WeakMap<S3Bucket, Promise<void>>();

/** A lock in the bucket itself, for stores that honour conditional writes; others are refused. */
export class S3Lock extends NumberedLock {
  constructor(
    private readonly bucket: S3Bucket,
    private readonly id: string,
  ) {
    const key = (name: string) => `${id}/lock/${name}`;
    super(
      {
        list: () => bucket.list(`${id}/lock`),
        read: (name) => bucket.get(key(name)),
        create: (name, content) => bucket.create(key(name), Buffer.from(content)),
        remove: (name) => bucket.remove(key(name)),
      },
      id,
    );
  }

  override async acquire(operation: string, options: AcquireOptions = {}): Promise<HeldLock> {
    let probe = probes.get(this.bucket);
    if (!probe) {
      probe = requireConditionalWrites(this.bucket, this.id);
      probes.set(this.bucket, probe);
    }
    try {
      await probe;
    } catch (error) {
      probes.delete(this.bucket);
      throw error instanceof StateError ? error : storageFailed(`${this.id} (its lock)`, "write", error);
    }
    return await super.acquire(operation, options);
  }
}
