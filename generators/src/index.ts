export { createDependencies, createNodes, name } from "./plugin.js";
export type { PluginOptions } from "./options.js";
