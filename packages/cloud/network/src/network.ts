import {
  adaptersOf,
  CloudModule,
  type Construct,
  type DeploymentStack,
  type INetwork,
  type ITerraformDependable,
  resourcesFor,
  type Zone,
} from "@infra/core";
import type { Reference } from "@infra/inventory";
import { ReferencedNetwork } from "./referenced-network.js";
import { type NetworkContract, networkContract, type NetworkProps } from "./contract.js";

/** The adapters of network, by cloud. */
export const networkAdapters = adaptersOf<NetworkContract>(require);

/** A private network with subnets. */
export class Network extends CloudModule<NetworkContract> implements INetwork {
  /** @throws InfraError for subnets that overlap or do not fit, and for what the cloud lacks. */
  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id, networkContract, networkAdapters, props, undefined);
  }

  /** The network of another deployment, `{ output: compute.network }`. */
  static fromReference(stack: DeploymentStack, reference: Reference): INetwork {
    return new ReferencedNetwork(stack.outputOf(reference));
  }

  get id(): string {
    return this.outputs.id;
  }

  get cidr(): string {
    return this.outputs.cidr;
  }

  get subnetNames(): readonly string[] | undefined {
    return this.outputs.subnetNames;
  }

  subnetId(name: string): string {
    return this.outputs.subnetId(name);
  }

  subnetCidr(name: string): string | undefined {
    return this.outputs.subnetCidr(name);
  }

  get peeringIds(): Readonly<Record<string, string>> {
    return this.outputs.peeringIds;
  }

  isPublic(name: string): boolean | undefined {
    return this.outputs.isPublic(name);
  }

  prerequisites(subnet: string): ITerraformDependable[] {
    return resourcesFor(this, subnet, this.subnetNames ?? []);
  }

  subnetZone(name: string): Zone | undefined {
    return this.outputs.subnetZone(name);
  }
}
