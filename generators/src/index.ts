export { createDependencies, createNodes, createNodesV2, name } from "./plugin.js";
export type { PluginOptions } from "./options.js";
