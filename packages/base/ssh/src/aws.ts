import { KeyPair } from "@cdktf/provider-aws/lib/key-pair";
import { type AdapterOf, forEachEntry, resourceName } from "@infra/core";
import type { SshContract } from "./contract.js";

/** Key pairs of EC2, which gives a server one key; the others reach it through cloud-init. */
export const aws: AdapterOf<SshContract> = {
  build(scope, { user, keys }) {
    const pairs = forEachEntry(scope, ["keys"], keys, (entry, publicKey, name) => {
      const { keyName } = new KeyPair(entry, "Default", {
        keyName: resourceName(entry, [name], { maxLength: 255 }),
        publicKey,
      });
      return { id: keyName, publicKey };
    });
    return { user, keys: pairs };
  },
};
