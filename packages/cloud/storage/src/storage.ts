import { adaptersOf, CloudModule, type Construct, type IStorage, unsupported } from "@infra/core";
import { type StorageContract, storageContract, type StorageProps } from "./contract.js";

/** The adapters of storage, by cloud. */
export const storageAdapters = adaptersOf<StorageContract>(require, {
  heroku: unsupported(
    "Heroku has no object storage of its own",
    "Put the buckets in a deployment on another cloud, and hand its outputs over: `{ output: <deployment>.buckets }`",
  ),
});

/** Buckets. */
export class Storage extends CloudModule<StorageContract> implements IStorage {
  /** @throws InfraError for buckets that contradict themselves, and for what the cloud lacks. */
  constructor(scope: Construct, id: string, props: StorageProps) {
    super(scope, id, storageContract, storageAdapters, props, undefined);
  }

  get buckets(): IStorage["buckets"] {
    return this.outputs.buckets;
  }
}
