import type { AdapterOf } from "@infra/core";
import type { SshContract } from "./contract.js";

/** Oracle keeps no keys: servers are told them at the first boot, so a key is its own id. */
export const oracle: AdapterOf<SshContract> = {
  build(_scope, { user, keys }) {
    const entries = Object.entries(keys).map(([name, publicKey]) => [name, { id: publicKey, publicKey }] as const);
    return { user, keys: Object.fromEntries(entries) };
  },
};
