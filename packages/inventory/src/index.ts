export { type Located, parseDocument } from "./document.js";
export {
  formatProblem,
  formatProblemWithFrame,
  infraError,
  InfraError,
  nearest,
  type Place,
  type Problem,
  suggest,
  problemsOfError,
} from "./errors.js";
export {
  type DeploymentFile,
  environmentFile,
  findDeploymentFiles,
  linksIn,
  productFile,
  readInventoryFile,
} from "./files.js";
export { type Deployment, type Inventory, loadInventory, type LoadOptions, stateSettingsOf } from "./inventory.js";
export { gitEnvironment, gitWithoutHooks } from "./git-environment.js";
export { invisibleEnd } from "./invisible.js";
export { parseJson, readJson } from "./json.js";
export { locatedAt, mergeLocated, type Path, placeOf, plain, walkLocated } from "./located.js";
export {
  bindingOfType,
  bindingsOf,
  describeProvider,
  hetznerObjectStorage,
  isAccountOf,
  type MakingProvider,
  type ProviderBinding,
  type ProviderDescription,
  type ProviderName,
  providerNames,
  providers,
} from "./providers.js";
export { Reference } from "./reference.js";
export {
  cidr,
  distinct,
  domainName,
  type Finding,
  jsonSchema,
  mapOf,
  name,
  orReference,
  orSecret,
  reference,
  rule,
  secret,
} from "./schema.js";
export { SecretReference, secretScheme } from "./secret.js";
export { setting } from "./setting.js";
export { type DriftRule, driftSchema } from "./settings/drift-settings.js";
export {
  type NotifiedEvent,
  notifiedEvents,
  type NotifierSettings,
  notifySchema,
  type NotifySettings,
} from "./settings/notify-settings.js";
export { type SecretSettings, secretSettings } from "./settings/secret-settings.js";
export {
  type CostLimits,
  deploymentSchema,
  environmentSchema,
  productSchema,
  type Settings,
} from "./settings/settings.js";
export { type EncryptionSettings, stateSchema, type StateSettings } from "./settings/state-settings.js";
export {
  type DeploymentProviders,
  type ProviderSettings,
  providersSchema,
  type ProviderValue,
  type ProviderValues,
} from "./settings/provider-settings.js";
export { shorten, shortHash } from "./shorten.js";
export { stackPackage } from "./stack-package.js";
export { isOn } from "./switch.js";
export { literalTemplate, literalTemplates, templateText } from "./template.js";
export {
  describeTerraformProvider,
  isProviderArgument,
  isTerraformProvider,
  type LabelForm,
  type ProviderArgument,
  type ProviderArguments,
  providerCredentials,
  type TerraformProviderDescription,
  type TerraformProviderName,
  terraformProviderNames,
  terraformProviderOf,
  terraformProviderOfType,
  terraformProviders,
} from "./terraform-providers.js";
export { check, type Checked, problemsOfValue } from "./validation.js";
export { findWorkspace, type Workspace } from "./workspace.js";
export { readYamlText } from "./yaml-text.js";
