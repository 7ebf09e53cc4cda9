import { adaptersOf, CloudModule, type Construct, type IDns, type IZone } from "@infra/core";
import { type DnsContract, dnsContract, type DnsProps } from "./contract.js";

/** The adapters of dns, by cloud. */
export const dnsAdapters = adaptersOf<DnsContract>(require);

/** DNS zones and their records. */
export class Dns extends CloudModule<DnsContract> implements IDns {
  /** @throws InfraError for records that contradict each other, and for what the cloud lacks. */
  constructor(scope: Construct, id: string, props: DnsProps) {
    super(scope, id, dnsContract, dnsAdapters, props, undefined);
  }

  get zones(): Readonly<Record<string, IZone>> {
    return this.outputs.zones;
  }
}
