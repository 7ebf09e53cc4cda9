export { type BadInput, badInputs, writeBadInput } from "./bad-input.js";
export { type ModuleCase, modules } from "./modules/index.js";
export { synthesizeExample } from "./examples.js";
export { type Answer, OfflineEngine } from "./offline-engine.js";
