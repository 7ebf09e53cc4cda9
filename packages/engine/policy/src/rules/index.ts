import type { Rule } from "../rule.js";
import { defaultFirewall } from "./default-firewall.js";
import { deletionProtection } from "./deletion-protection.js";
import { metadataService } from "./metadata-service.js";
import { openSsh } from "./open-ssh.js";
import { passwordLogin } from "./password-login.js";
import { publicBucket } from "./public-bucket.js";
import { unencryptedData } from "./unencrypted-data.js";
import { unfilteredServer } from "./unfiltered-server.js";

/** Our own rules; each covers what the checks of Checkov for the same promise do not. */
export const rules: readonly Rule[] = [
  openSsh,
  unfilteredServer,
  defaultFirewall,
  publicBucket,
  unencryptedData,
  metadataService,
  passwordLogin,
  deletionProtection,
];
