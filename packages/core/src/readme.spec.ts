import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { check, deploymentSchema, parseDocument, Reference, type SecretReference } from "@infra/inventory";
import { isStackDefinition } from "./stack.js";
import { synthesize } from "./synthesis.js";
import { testDeployment } from "./testing.js";

const readme = readFileSync(join(__dirname, "../README.md"), "utf8");
const shown = /<!-- begin providers -->(.*)<!-- end providers -->/s.exec(readme)?.[1] ?? "";
const [, code = ""] = /```ts\n(.*?)```/s.exec(shown) ?? [];
const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(shown) ?? [];

it("shows a stack that configures a provider twice, and the file of its deployment", () => {
  const exported: { default?: unknown } = {};
  const compiled = ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.CommonJS } }).outputText;
  new Function("require", "exports", compiled)(createRequire(__filename), exported);
  const document = parseDocument("inventory/production/test.yaml", Buffer.from(yaml));
  const checked = check(deploymentSchema, document);
  if (!("value" in checked) || !isStackDefinition(exported.default)) throw new Error(JSON.stringify(checked));
  const vault = checked.value.providers?.["vault"] as Record<string, string | SecretReference>;
  const deployment = {
    ...testDeployment("hetzner"),
    config: document.entries!.get("config")!,
    providers: new Map([["vault" as const, { arguments: vault, aliases: new Map() }]]),
  };
  const { configuration, references, secrets } = synthesize(deployment, exported.default);
  const [secret = ""] = [...secrets.keys()];
  expect(configuration.provider?.["vault"]).toEqual([
    { address: "${var.plane__standby}", alias: "standby" },
    { address: "https://vault.acme.example", token: `\${var.${secret}}` },
  ]);
  expect(configuration.resource?.["vault_mount"]).toMatchObject({
    apps: { path: "apps" },
    standby: { provider: "vault.standby" },
  });
  expect([...references.values()][0]).toBeInstanceOf(Reference);
});
