export { cacheDirectory, makeOnce, type Making } from "./binary/cache.js";
export { downloadFile, type DownloadOptions, downloadText } from "./binary/download.js";
export { EngineError, type EngineErrorCode, isEngineError } from "./binary/errors.js";
export { type Engine, findEngine, type FindEngineOptions, OLDEST_ENGINE } from "./binary/find.js";
export type { EngineName } from "./binary/probe.js";
export {
  goPlatform,
  installOpenTofu,
  type InstallOptions,
  PINNED_OPENTOFU,
  pinnedOpenTofuPath,
} from "./binary/release.js";
export { engineEnvironment } from "./process/engine-environment.js";
export {
  type Diagnostic,
  type EngineEvent,
  type EngineMark,
  type OutputValues,
  parseOutputs,
  type ShownChange,
  shownPlanSchema,
  unreadableAnswer,
  validationSchema,
} from "./process/engine-events.js";
export { callEngine, type EngineCall, type EngineExit } from "./process/engine-process.js";
export { endOrphan, refuseOverOrphan } from "./process/orphan.js";
export { withProviderCache } from "./process/provider-cache.js";
