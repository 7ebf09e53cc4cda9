export { inBatches } from "./batches.js";
export { connectionProblem } from "./connection.js";
export {
  createExclusively,
  listDirectory,
  readIfExists,
  removeStaleTemporaries,
  replaceFile,
} from "./exclusive-file.js";
export { filesIn, visibleIn } from "./files-in.js";
export { askGit, git, gitProblem, gitReason } from "./git.js";
export { matchesGlob } from "./glob.js";
export { limited } from "./limited.js";
export { holds, Mask, shortest } from "./mask.js";
export { type PhaseTime, presently, Profile, providerPhase, rest, type Span, wholeDeployment } from "./profile.js";
export { markdownTable, section, table } from "./table.js";
export { toolEnvironment } from "./tool-environment.js";
export { type HttpAnswer, HttpClient, type HttpOptions, type HttpRequest } from "./http-client.js";
export { retried, type RetryOptions } from "./retried.js";
