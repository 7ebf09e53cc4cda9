import type { IFirewall } from "@infra/core";
import { infraError, suggest } from "@infra/inventory";

/** The firewalls that an adapter has made, by group. */
export class KnownFirewall implements IFirewall {
  /**
   * @param ids What servers name, by group.
   * @param membershipIds What servers name besides. @default - nothing
   */
  constructor(
    private readonly ids: Readonly<Record<string, string>>,
    private readonly membershipIds: Readonly<Record<string, string>> = {},
  ) {}

  firewallId(group: string): string {
    const id = this.ids[group];
    if (id !== undefined) return id;
    throw infraError(`${JSON.stringify(group)} has no firewall`, suggest(group, Object.keys(this.ids)));
  }

  membershipId(group: string): string | undefined {
    return this.membershipIds[group];
  }
}
