export type { Located } from "./document.js";
export { parseDocument } from "./document.js";
export { type DriftRule, driftSchema } from "./drift-settings.js";
export { type DeploymentFile, environmentFile, findDeploymentFiles, productFile, readInventoryFile } from "./files.js";
export { type Deployment, type Inventory, loadInventory, type LoadOptions, stateSettingsOf } from "./inventory.js";
export { locatedAt, mergeLocated, type Path, placeOf, plain, walkLocated } from "./located.js";
export {
  type NotifiedEvent,
  notifiedEvents,
  type NotifierSettings,
  notifySchema,
  type NotifySettings,
} from "./notify-settings.js";
export { Reference } from "./reference.js";
export { SecretReference, secretScheme } from "./secret.js";
export { type SecretSettings, secretSettings } from "./secret-settings.js";
export { type CostLimits, deploymentSchema, environmentSchema, productSchema, type Settings } from "./settings.js";
export { type EncryptionSettings, stateSchema, type StateSettings } from "./state-settings.js";
export { stackPackage } from "./stack-package.js";
export { parseJson, readJson } from "../json.js";
export { setting } from "../setting.js";
export { isOn } from "../switch.js";
export { literalTemplate } from "../template.js";
export {
  formatProblem,
  formatProblemWithFrame,
  infraError,
  InfraError,
  nearest,
  type Place,
  type Problem,
  suggest,
} from "../errors.js";
export {
  bindingOfType,
  bindingsOf,
  describeProvider,
  hetznerObjectStorage,
  type ProviderBinding,
  type ProviderDescription,
  type ProviderName,
  providerNames,
  providers,
} from "../providers.js";
