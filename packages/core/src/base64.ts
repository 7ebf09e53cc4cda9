import { type Construct, Fn, TerraformLocal } from "./cdktf.js";

/**
 * An expression for a text in base64, which some clouds want first-boot data in. The text becomes a local value of its own: as the
 * argument of a function it would need other escapes than as a value.
 */
export function base64(scope: Construct, id: string, text: string): string {
  return Fn.base64encode(new TerraformLocal(scope, id, text).asString);
}
