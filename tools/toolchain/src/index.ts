export { ensureEngine, ensureTool, mirrorDirectory, toolPath, type EnsureOptions } from "./toolchain.js";
export { ensureSystemPrograms } from "./system.js";
export { toolNames, tools, type GoTool, type NpmTool, type PythonTool, type Tool, type ToolName } from "./tools.js";
