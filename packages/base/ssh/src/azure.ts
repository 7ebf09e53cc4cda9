import type { AdapterOf } from "@infra/core";
import { keysByOwner } from "./choose-keys.js";
import type { SshContract } from "./contract.js";

/** Servers get the keys when they are made: azure needs no resource for a key, so the id is the owner's name. */
export const azure: AdapterOf<SshContract> = {
  build: (_scope, { user, keys }) => ({ user, keys: keysByOwner(keys) }),
};
