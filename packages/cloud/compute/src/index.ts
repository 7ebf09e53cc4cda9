export {
  type ComputeContract,
  computeConfig,
  computeContract,
  type ComputePeers,
  type ComputeProps,
} from "./contract.js";
export { Compute, computeAdapters } from "./compute.js";
export { type Group, groupConfig } from "./group.js";
