/**
 * The one place that imports cdktf. Everything else of the workspace imports what it needs from here, so that moving to
 * the maintained fork `cdktn` is a change of one dependency.
 */
export {
  DataResource,
  Fn,
  TerraformElement,
  TerraformLocal,
  TerraformOutput,
  TerraformProvider,
  TerraformResource,
  TerraformStack,
  TerraformVariable,
  Token,
} from "cdktf";
export { Construct, type IConstruct, RootConstruct } from "constructs";
