import { adaptersOf, CloudModule, type Construct, type IFirewall } from "@infra/core";
import { type FirewallContract, firewallContract, type FirewallPeers, type FirewallProps } from "./contract.js";

/** The adapters of firewall, by cloud. */
export const firewallAdapters = adaptersOf<FirewallContract>(require);

/** Firewalls for groups of servers. Inbound traffic from the internet is denied unless a rule allows it. */
export class Firewall extends CloudModule<FirewallContract> implements IFirewall {
  /** @throws InfraError for bad rules, SSH that is open to the internet, and for what the cloud lacks. */
  constructor(scope: Construct, id: string, { network, ...props }: FirewallProps & FirewallPeers) {
    super(scope, id, firewallContract, firewallAdapters, props, { network });
  }

  firewallId(group: string): string {
    return this.outputs.firewallId(group);
  }

  membershipId(group: string): string | undefined {
    return this.outputs.membershipId?.(group);
  }
}
