export { type FailureKind, SecretFailure } from "./failure.js";
export { noSecrets, type TakenSecrets, takeSecrets, variablesOf } from "./handover.js";
export { secretsOf } from "./of-inventory.js";
export { checkSecrets, checkTiers, type SecretReport, type TierReport } from "./report.js";
export { originNotes, type Resolved, Secrets } from "./secrets.js";
export { SopsTier } from "./sops.js";
export { type Fields, type SecretTier, type TierName, tierNames } from "./tier.js";
export { tierCredentials, tiersOf } from "./tiers.js";
