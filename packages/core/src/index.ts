export {
  Construct,
  DataResource,
  Fn,
  type IConstruct,
  TerraformElement,
  TerraformOutput,
  TerraformResource,
  TerraformStack,
  TerraformVariable,
  Token,
} from "./cdktf.js";
export { contains, overlap, prefixOf, subnetOf } from "./cidr.js";
export { cloudInit, type FirstBoot } from "./cloud-init.js";
export type { ICompute, IFirewall, IInstance, INetwork, ISsh } from "./contracts.js";
export { type DeploymentContext, DeploymentStack } from "./deployment-stack.js";
export * from "./inventory/index.js";
export { standardLabels } from "./labels.js";
export {
  type Adapter,
  type AdapterOf,
  type Contract,
  type Feature,
  findGaps,
  type Gap,
  Module,
  unsupported,
} from "./module.js";
export { type NameRule, resourceName, shorten } from "./naming.js";
export { forEachEntry, originOf } from "./origin.js";
export { cidr, domainName, type Finding, jsonSchema, mapOf, name, orReference, reference, rule } from "./schema.js";
export { defineStack, isStackDefinition, type StackDefinition } from "./stack.js";
export { type Synthesis, synthesize, type TerraformConfiguration } from "./synthesis.js";
export { check, type Checked, problemsOfValue } from "./validation.js";
