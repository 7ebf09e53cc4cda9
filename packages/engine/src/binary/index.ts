export { cacheDirectory, makeOnce, type Making } from "./cache.js";
export { downloadFile, downloadText, type DownloadOptions } from "./download.js";
export { EngineError, type EngineErrorCode, isEngineError } from "./errors.js";
export { findEngine, OLDEST_ENGINE, type Engine, type FindEngineOptions } from "./find.js";
export { type EngineName } from "./probe.js";
export { goPlatform, installOpenTofu, PINNED_OPENTOFU, pinnedOpenTofuPath, type InstallOptions } from "./release.js";
