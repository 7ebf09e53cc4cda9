export { type BadInput, badInputs, writeBadInput } from "./bad-input.js";
export { type ModuleCase, modules } from "./modules/index.js";
