export { Storage, storageConfig, type StorageContract, storageContract, type StorageProps } from "./storage.js";
