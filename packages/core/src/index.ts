export { azureKey, azurePlace } from "./azure.js";
export { base64 } from "./base64.js";
export {
  Construct,
  DataResource,
  Fn,
  type IConstruct,
  type ITerraformDependable,
  TerraformElement,
  TerraformOutput,
  TerraformProvider,
  TerraformResource,
  TerraformStack,
  TerraformVariable,
  Token,
} from "./cdktf.js";
export { contains, overlap, prefixOf, subnetOf } from "./cidr.js";
export { cloudInit, type FirstBoot } from "./cloud-init.js";
export {
  type AdapterOf,
  type AdaptersOf,
  adaptersOf,
  type AnyCloudContract,
  type CloudContract,
  CloudModule,
  type Feature,
  type FeatureOf,
  findGaps,
  type Gap,
  gapOf,
  unsupported,
} from "./cloud-module.js";
export type {
  IBucket,
  ICompute,
  IDns,
  IFirewall,
  IInstance,
  ILoadBalancer,
  INetwork,
  ISsh,
  IStorage,
  IZone,
  Zone,
} from "./contracts.js";
export { type DeploymentContext, DeploymentStack } from "./deployment-stack.js";
export type { Advice, Choice, MadeChoice, NativeImage } from "./choices.js";
export { checkRegion, resolveImage, resolveSize, zoneLetter } from "./facts.js";
export {
  type Architecture,
  factsOf,
  type ImageName,
  imageNames,
  type RegionFacts,
  type ResolvedSize,
  type SizeClass,
  sizeClasses,
  type SizeRequest,
} from "@infra/facts";
export { gcpFirstBoot, type GcpMetadata, gcpMetadata } from "./gcp-metadata.js";
export { checkLimit, type Limit, type LimitName, limits } from "./limits.js";
export { labelList, standardLabels } from "./labels.js";
export {
  type AnyContract,
  type Build,
  type ConfigOf,
  type Contract,
  Module,
  type OutputsOf,
  type PeersOf,
} from "./module.js";
export { type NameRule, resourceName } from "./naming.js";
export { exampleId, type ObjectKind, objectId } from "./object-ids.js";
export { forEachEntry, originOf, problemAt, setComposed } from "./origin.js";
export { resourcesFor } from "./prerequisites.js";
export { constraintOf, type ProviderConfiguration } from "./provider-configuration.js";
export { defineStack, isStackDefinition, type StackDefinition } from "./stack.js";
export { type Synthesis, type SynthesisOptions, synthesize, type TerraformConfiguration } from "./synthesis.js";
