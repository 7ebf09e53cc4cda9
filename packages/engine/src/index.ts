export { type Engine, findEngine, PINNED_OPENTOFU } from "./binary/index.js";
export { examine, type Finding } from "./doctor/doctor.js";
export { writeEditorSchemas } from "./editor-schemas.js";
export { engineEnvironment } from "./process/engine-environment.js";
export { passphraseVariable } from "./secrets/hidden-values.js";
export { type DeploymentPaths, pathsOf } from "./deployment/paths.js";
export { type Finding as PolicyFinding } from "./policy/rule.js";
export { type Format } from "./report/formats.js";
export { makeReport, render as renderReport, type ReportRequest, type WriteOptions } from "./report/make.js";
export { type Cause, type Report, type ReportedDeployment } from "./report/report.js";
export { renderSummary, type RenderOptions } from "./render.js";
export {
  type AttributeChange,
  type Counts,
  type DeploymentResult,
  problemsIn,
  type ResourceChange,
  type RunRequest,
  type RunResult,
  type Status,
  type Verb,
  verbs,
} from "./result.js";
export { problemsOfError } from "./problems.js";
export { run } from "./run.js";
export {
  FileLock,
  FolderStore,
  restoreVersion,
  type StateLock,
  type StateService,
  type StateStore,
  startStateService,
} from "./state/index.js";
export { findWorkspace, type Workspace } from "./workspace.js";
