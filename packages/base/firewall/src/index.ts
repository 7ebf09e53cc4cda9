export {
  type FirewallContract,
  firewallConfig,
  firewallContract,
  type FirewallPeers,
  type FirewallProps,
} from "./contract.js";
export { Firewall, firewallAdapters } from "./firewall.js";
export { findTrafficProblem, ports, protocol, sources, type Traffic } from "./rules.js";
