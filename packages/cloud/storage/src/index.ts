export { storageConfig, type StorageContract, storageContract, type StorageProps } from "./contract.js";
export { Storage, storageAdapters } from "./storage.js";
