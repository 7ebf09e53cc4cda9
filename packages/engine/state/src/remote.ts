import { ConsulClient } from "./consul-client.js";
import { ConsulLock } from "./locks/consul-lock.js";
import { ConsulPointers } from "./stores/consul-pointers.js";
import { type StateLock } from "./locks/lock.js";
import { type S3Settings } from "./remote-settings.js";
import { S3Bucket } from "./stores/s3-bucket.js";
import { S3Lock } from "./locks/s3-lock.js";
import { S3Store } from "./stores/s3-store.js";
import { type StateStore } from "./stores/store.js";
import { type StoreOptions } from "./stores/versioned-store.js";

/** Without the lock, Consul is not waited for: the numbered pointers tell nearly the same. */
const IMPATIENT_MS = 2_000;

/** A bucket, with the Consul that guards it, for all deployments of a process. */
export class RemoteState {
  readonly bucket: S3Bucket;
  readonly consul: ConsulClient | undefined;

  constructor(readonly settings: S3Settings) {
    this.bucket = new S3Bucket(settings);
    this.consul = settings.consul && new ConsulClient(settings.consul);
  }

  /** The states of a deployment. */
  store(deployment: string, options: Pick<StoreOptions, "moved"> = {}): StateStore {
    const authority = this.consul && new ConsulPointers(this.consul, deployment);
    return new S3Store(this.bucket, deployment, { ...options, ...(authority && { authority }) });
  }

  /** The states of a deployment for a run that writes nothing: also when Consul does not answer. */
  readOnlyStore(deployment: string): StateStore {
    const authority = this.consul && new ConsulPointers(this.consul, deployment, IMPATIENT_MS);
    return new S3Store(this.bucket, deployment, { withoutAuthority: true, ...(authority && { authority }) });
  }

  /** The lock of a deployment. */
  lock(deployment: string): StateLock {
    return this.consul ? new ConsulLock(this.consul, deployment) : new S3Lock(this.bucket, deployment);
  }

  /** The deployments that have a state here. */
  async deployments(): Promise<string[]> {
    const environments = await this.bucket.folders("");
    const found = await Promise.all(
      environments.map(async (environment) =>
        (await this.bucket.folders(environment)).map((name) => `${environment}/${name}`),
      ),
    );
    return found.flat();
  }

  /** Closes the connections. */
  close(): void {
    this.bucket.close();
  }
}
