export { networkConfig, type NetworkContract, networkContract, type NetworkProps } from "./contract.js";
export { Network, networkAdapters } from "./network.js";
export { ReferencedNetwork } from "./referenced-network.js";
