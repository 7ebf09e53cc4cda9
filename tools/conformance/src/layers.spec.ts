import { resolve } from "node:path";
import { ESLint } from "eslint";
import { describe, expect, it } from "vitest";

const repository = resolve(__dirname, "../../..");
const eslint = new ESLint({ cwd: repository });

/** What the lint says of an import, as if the line stood in a file of the layer. */
async function lint(file: string, line: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${line}\n`, { filePath: resolve(repository, file) });
  return (result?.messages ?? [])
    .filter(({ ruleId }) => ruleId === "no-restricted-imports")
    .map(({ message }) => message);
}

describe("the layers", () => {
  it.each([
    ["the inventory imports nothing of the workspace", "packages/inventory/src/x.ts", 'import "@infra/core";'],
    ["core imports nothing but the inventory", "packages/core/src/x.ts", 'import "@infra/engine";'],
    ["facts know the inventory alone", "packages/facts/src/x.ts", 'import "@infra/core";'],
    ["the mock provider imports nothing of the workspace", "packages/mock-provider/src/x.ts", 'import "@infra/core";'],
    ["a module never imports another module", "packages/cloud/compute/src/x.ts", 'import "@infra/cloud-network";'],
    ["a module never imports a stack", "packages/base/ssh/src/x.ts", 'import "@infra/stack-compute";'],
    ["a stack never imports the engine", "packages/stacks/compute/src/x.ts", 'import "@infra/engine";'],
    [
      "a stack never imports bindings",
      "packages/stacks/compute/src/x.ts",
      'import "@infra/provider-hcloud/lib/server";',
    ],
    ["the engine imports no stack", "packages/engine/engine/src/x.ts", 'import "@infra/stack-compute";'],
    ["the state knows no keys", "packages/engine/state/src/x.ts", 'import "@infra/keys";'],
    ["the engine knows no platforms", "packages/engine/engine/src/x.ts", 'import "@infra/platforms";'],
    ["reports know no engine", "packages/engine/report/src/x.ts", 'import "@infra/engine";'],
    ["prices know no engine", "packages/cost/src/x.ts", 'import "@infra/engine";'],
    ["the plugin imports no module", "generators/src/x.ts", 'import "@infra/cloud-network";'],
    ["only core's façade knows cdktf", "packages/cloud/network/src/x.ts", 'import "cdktf";'],
    ["no index of bindings is loaded", "packages/cloud/network/src/aws.ts", 'import "@cdktf/provider-aws";'],
    [
      "another package is imported by its name",
      "packages/engine/engine/src/x.ts",
      'import "../../../../packages/core/src/index.js";',
    ],
  ])("%s", async (_, file, line) => {
    expect(await lint(file, line)).toHaveLength(1);
  });

  it.each([
    [
      "a module imports core and single bindings",
      "packages/cloud/network/src/aws.ts",
      'import "@infra/core";\nimport "@cdktf/provider-aws/lib/vpc";',
    ],
    [
      "a stack imports modules",
      "packages/stacks/compute/src/x.ts",
      'import "@infra/cloud-network";\nimport "@infra/base-ssh";',
    ],
    [
      "the runner of OpenTofu imports the inventory and the mock provider",
      "packages/engine/opentofu/src/x.ts",
      'import "@infra/inventory";\nimport "@infra/mock-provider";',
    ],
  ])("%s", async (_, file, lines) => {
    expect(await lint(file, lines)).toEqual([]);
  });
});
