import { Fn, type INetwork } from "@infra/core";

/** A network that another deployment puts out as `{ id, cidr, subnets: { <name>: { id } } }`. */
export class ReferencedNetwork implements INetwork {
  readonly id: string;
  readonly cidr: string;
  readonly peeringIds = {};

  /** @param output Expression of the other deployment's output. */
  constructor(private readonly output: string) {
    this.id = lookup(output, "id");
    this.cidr = lookup(output, "cidr");
  }

  subnetId(name: string): string {
    return lookup(this.output, "subnets", name, "id");
  }

  subnetCidr(): undefined {
    return undefined;
  }

  isPublic(): undefined {
    return undefined;
  }

  subnetZone(): undefined {
    return undefined;
  }
}

function lookup(output: string, ...path: string[]): string {
  return String(Fn.lookupNested(output, path));
}
