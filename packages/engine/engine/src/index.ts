export { removedDeployment } from "./applied/removed-deployment.js";
export { inventoryOfStates } from "./applied/removed-inventory.js";
export { type RemovedState, withRemoved } from "./applied/removed.js";
export {
  type AppliedState,
  type DeploymentStatus,
  exitCodeOfStatus,
  statusOf,
  type VersionChange,
} from "./applied/status.js";
export { costProblems } from "./cost/limits.js";
export { type DeploymentPaths, pathsOf } from "./deployment/paths.js";
export { pushKept } from "./deployment/push.js";
export { type StateBackend, StateBackends, type StateKind } from "./deployment/state-backends.js";
export { writeEditorSchemas } from "./editor-schemas.js";
export {
  exitCodeOfProviders,
  type ListedProvider,
  listProviders,
  type ProviderList,
  type ProvidersRequest,
} from "./providers/list.js";
export { publishedVersions, type RegistryAccess } from "./providers/published.js";
export { type ProviderUpgrade, type UpgradedProvider, upgradeProviders } from "./providers/upgrade.js";
export { rekeyDeployment } from "./rekey/rekey-deployment.js";
export { isClean, type KeyReport } from "./rekey/rekey.js";
export { run } from "./run.js";
