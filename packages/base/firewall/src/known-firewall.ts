import { infraError, type IFirewall, suggest } from "@infra/core";

/** The firewalls that an adapter has made, by group. */
export class KnownFirewall implements IFirewall {
  constructor(private readonly ids: Readonly<Record<string, string>>) {}

  firewallId(group: string): string {
    const id = this.ids[group];
    if (id !== undefined) return id;
    throw infraError(`${JSON.stringify(group)} has no firewall`, suggest(group, Object.keys(this.ids)));
  }
}
