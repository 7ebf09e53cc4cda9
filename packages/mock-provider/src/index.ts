export { EmulatedCloud, type CloudObject } from "./cloud.js";
export { parseFaults, type Fault } from "./faults.js";
export {
  reattachEnvironment,
  startMockProvider,
  type MockProvider,
  type MockProviderOptions,
} from "./mock-provider.js";
export { findSchema, type SchemaKind } from "./schemas.js";
export type { Attribute, Block, NestedBlock, Schema } from "./schema.js";
export { usedTypes, type UsedProvider } from "./used-types.js";
export { type Value, type ValueObject } from "./value.js";
