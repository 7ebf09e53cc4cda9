/**
 * The one place that imports cdktf. Everything else of the workspace imports what it needs from here, so that moving to
 * the maintained fork `cdktn` is a change of one dependency.
 */
import util from "node:util";

export {
  DataResource,
  Fn,
  type ITerraformDependable,
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

// cdktf asks the function of `util` that Node warns about from 22 on, in every synthesis; what Node says to use instead is the same.
Object.assign(util, { isArray: Array.isArray });
