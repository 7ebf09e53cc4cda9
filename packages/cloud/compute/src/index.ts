export {
  Compute,
  type ComputeContract,
  computeConfig,
  computeContract,
  type ComputePeers,
  type ComputeProps,
} from "./compute.js";
export { type Group, groupConfig } from "./group.js";
