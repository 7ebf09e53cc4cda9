import { InfraError, orSecret, parseDocument } from "@infra/inventory";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { DataResource, defineStack, synthesize } from "./index.js";
import { testDeployment } from "./testing.js";

const stack = defineStack({
  config: z.strictObject({ password: orSecret(z.string()), size: z.string().optional() }),
  build: (scope, { password }) => {
    new DataResource(scope, "data", {}).addOverride("input", scope.textOf(password));
    return {};
  },
});

const deploymentOf = (config: string) => {
  const file = "inventory/production/test.yaml";
  return { ...testDeployment("hetzner"), config: parseDocument(file, Buffer.from(config)) };
};

function problems(action: () => unknown) {
  try {
    action();
  } catch (error) {
    if (error instanceof InfraError) return error.problems;
    throw error;
  }
  throw new Error("no problem found");
}

describe("a secret of a configuration", () => {
  it("becomes one sensitive variable of the synthesized configuration, without a value", () => {
    const { configuration, secrets } = synthesize(deploymentOf("password: secret://acme/db#password"), stack);
    const [name = ""] = secrets.keys();
    expect(String(secrets.get(name))).toBe("secret://acme/db#password");
    expect(configuration.variable).toEqual({
      [name]: { type: "string", nullable: false, sensitive: true, description: "Secret secret://acme/db#password" },
    });
    expect(configuration.resource).toMatchObject({ terraform_data: { data: { input: `\${var.${name}}` } } });
  });

  it("is refused where a value can't be one", () => {
    const run = () => synthesize(deploymentOf("password: x\nsize: secret://acme/db#size"), stack);
    expect(problems(run)).toMatchObject([
      {
        message: "secret://acme/db#size is a secret, and this value is not handed over as one",
        path: "size",
        place: { line: 2, column: 7 },
      },
    ]);
  });
});
