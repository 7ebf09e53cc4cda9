import type { AdapterOf } from "@infra/core";
import { keysByOwner } from "./choose-keys.js";
import type { SshContract } from "./contract.js";

/** Servers get the keys through cloud-init, and take none from the project's metadata: gcp keeps no keys, so the id is the owner's name. */
export const gcp: AdapterOf<SshContract> = {
  build: (_scope, { user, keys }) => ({ user, keys: keysByOwner(keys) }),
};
