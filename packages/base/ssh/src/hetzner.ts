import { type AdapterOf, forEachEntry, resourceName } from "@infra/core";
import { SshKey } from "@infra/provider-hcloud/lib/ssh-key";
import type { SshContract } from "./contract.js";

/** Keys of a Hetzner Cloud project, where a public key may stand only once. */
export const hetzner: AdapterOf<SshContract> = {
  build(scope, { user, keys }) {
    const made = forEachEntry(scope, ["keys"], keys, (entry, publicKey, name) => {
      const { id } = new SshKey(entry, "Default", { name: resourceName(entry, [name]), publicKey });
      return { id, publicKey };
    });
    return { user, keys: made };
  },
};
