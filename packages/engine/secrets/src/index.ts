export { bootstrap } from "./bootstrap.js";
export { type FailureKind, SecretFailure } from "./failure.js";
export { type Handover, noSecrets, type TakenSecrets, takeSecrets, variablesOf } from "./handover.js";
export {
  hiddenValues,
  hiddenVariables,
  oldPassphraseVariable,
  passphraseVariable,
  secretsIn,
} from "./hidden-values.js";
export { notifierSecrets, secretsOf } from "./of-inventory.js";
export { randomValue } from "./random.js";
export { checkSecrets, checkTiers, type SecretReport, type TierReport } from "./report.js";
export { Secrets } from "./secrets.js";
export { SopsTier } from "./tiers/sops.js";
export { type SecretTier, type TierName, tierNames } from "./tiers/tier.js";
export { tierCredentials } from "./tiers/tiers.js";
export { VaultTier } from "./tiers/vault.js";
