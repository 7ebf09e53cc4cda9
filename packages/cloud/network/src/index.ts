export { Network, networkConfig, type NetworkContract, networkContract, type NetworkProps } from "./network.js";
export { ReferencedNetwork } from "./referenced-network.js";
