import {
  adaptersOf,
  CloudModule,
  type Construct,
  type IFirewall,
  type ITerraformDependable,
  resourcesFor,
} from "@infra/core";
import { type FirewallContract, firewallContract, type FirewallPeers, type FirewallProps } from "./contract.js";

/** The adapters of firewall, by cloud. */
export const firewallAdapters = adaptersOf<FirewallContract>(require);

/** Firewalls for groups of servers. Inbound traffic from the internet is denied unless a rule allows it. */
export class Firewall extends CloudModule<FirewallContract> implements IFirewall {
  private readonly groups: readonly string[];

  /** @throws InfraError for bad rules, SSH that is open to the internet, and for what the cloud lacks. */
  constructor(scope: Construct, id: string, { network, ...props }: FirewallProps & FirewallPeers) {
    super(scope, id, firewallContract, firewallAdapters, props, { network });
    this.groups = Object.keys(props.groups);
  }

  firewallId(group: string): string {
    return this.outputs.firewallId(group);
  }

  prerequisites(group: string): ITerraformDependable[] {
    return resourcesFor(this, group, this.groups);
  }

  membershipId(group: string): string | undefined {
    return this.outputs.membershipId?.(group);
  }
}
