export { createDependencies, createNodes, name, preTasksExecution } from "./plugin.js";
export type { PluginOptions } from "@infra/affected";
