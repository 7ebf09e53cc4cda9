import {
  adaptersOf,
  CloudModule,
  type Construct,
  type ICompute,
  type IInstance,
  type ILoadBalancer,
} from "@infra/core";
import { type ComputeContract, computeContract, type ComputePeers, type ComputeProps } from "./contract.js";

/** The adapters of compute, by cloud. */
export const computeAdapters = adaptersOf<ComputeContract>(require);

/** Groups of servers in a network, behind firewalls, with SSH keys and without passwords. */
export class Compute extends CloudModule<ComputeContract> implements ICompute {
  /** @throws InfraError for bad groups, and for what the cloud lacks. */
  constructor(scope: Construct, id: string, { network, firewall, ssh, ...props }: ComputeProps & ComputePeers) {
    super(scope, id, computeContract, computeAdapters, props, { network, firewall, ssh });
  }

  get loadBalancers(): Readonly<Record<string, ILoadBalancer>> {
    return this.outputs.loadBalancers;
  }

  get groups(): Readonly<Record<string, Readonly<Record<string, IInstance>>>> {
    return this.outputs.groups;
  }
}
