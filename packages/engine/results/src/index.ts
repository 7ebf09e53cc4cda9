export { marks, renderChanges } from "./change-text.js";
export { Recorder } from "./recorder.js";
export {
  type AttributeChange,
  type Counts,
  type DeploymentResult,
  exitCodeOf,
  noChanges,
  problemsIn,
  remarksOf,
  type ResourceChange,
  type ResourceProgress,
  type RunRequest,
  type RunResult,
  type Status,
  type Verb,
  verbs,
} from "./result.js";
export { namedRun } from "./run-id.js";
export {
  isStoredResult,
  type Origin,
  originSchema,
  type ReportedVerb,
  reportedVerbs,
  resultSchema,
  resultsFolder,
  runResultSchema,
  type StoredResult,
  storedResultSchema,
} from "./stored.js";
