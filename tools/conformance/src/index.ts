export { type BadInput, badInputs, writeBadInput } from "./bad-input.js";
export { type ModuleCase, modules } from "./modules/index.js";
export { synthesizeExample, withOutputs } from "./examples.js";
export { type Answer, OfflineEngine } from "./offline-engine.js";
