export {
  Firewall,
  type FirewallContract,
  firewallConfig,
  firewallContract,
  type FirewallPeers,
  type FirewallProps,
} from "./firewall.js";
export { findTrafficProblem, ports, protocol, sources, type Traffic } from "./rules.js";
