import { synthesize, type TerraformConfiguration } from "@infra/core";
import { InfraError, type ProviderName, providerNames } from "@infra/inventory";
import { addressesOf, testDeployment } from "@infra/core/testing";
import dns from "@infra/stack-dns";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { config } from "../examples/site.js";

const hosted = providerNames.filter((provider) => provider !== "heroku");

function synthesized(provider: ProviderName, yaml: string) {
  return synthesize(testDeployment(provider, yaml), dns);
}

describe.each(hosted)("the stack dns on %s", (provider) => {
  const synthesis = synthesized(provider, JSON.stringify(config));

  it("keeps the addresses of its example", async () => {
    const golden = join(__dirname, "../examples", `site.${provider}.txt`);
    await expect(`${addressesOf(synthesis).join("\n")}\n`).toMatchFileSnapshot(golden);
  });

  it("protects zones from being deleted, but not records", () => {
    const isProtected = (attributes: object) =>
      /"(?:prevent_destroy|delete_protection)":true/.test(JSON.stringify(attributes));
    const types = Object.entries(synthesis.configuration.resource ?? {}).filter(
      ([type]) => type !== "azurerm_resource_group",
    );
    const found = types.filter(([, byName]) => Object.values(byName).some((each) => isProtected(each as object)));
    expect(found.map(([type]) => type)).toEqual([expect.stringMatching(/_zone$|_domain$/)]);
  });

  it("puts out the id and the name servers of a zone", () => {
    const { value } = outputOf(synthesis.configuration, "zones");
    expect(value).toEqual({
      main: { id: expect.stringMatching(/./) as string, nameServers: expect.anything() as unknown },
    });
  });
});

describe("the stack dns on heroku", () => {
  const yaml =
    "zones: { main: { domain: acme.example, records: { www: { alias: { output: compute.loadBalancers.web.address } } } } }";

  it("gives an app a name, and puts out what the zone elsewhere points at", () => {
    const { configuration } = synthesized("heroku", yaml);
    expect(configuration.data?.["heroku_app"]).toEqual({
      dns_main_www_app: {
        name: '${replace(var.compute__loadBalancers__web__address, "/(-[0-9a-f]{12})?[.]herokuapp[.]com$/", "")}',
      },
    });
    expect(configuration.resource?.["heroku_domain"]).toEqual({
      dns_main_www: { app_id: "${data.heroku_app.dns_main_www_app.uuid}", hostname: "www.acme.example" },
    });
    expect(outputOf(configuration, "zones").value).toMatchObject({
      main: { targets: { www: "${heroku_domain.dns_main_www.cname}" } },
    });
  });
});

describe("an error of the stack dns", () => {
  it("names the line of the inventory", () => {
    const yaml =
      "zones:\n  main:\n    domain: acme.example\n    records:\n      www: { type: A, values: [192.0.2.10], ttl: 5 }\n";
    const problems = problemsOf(() => synthesized("hetzner", yaml));
    expect(problems).toMatchObject([{ path: "zones.main.records.www.ttl", place: { line: 5 } }]);
  });

  it("names the zone whose time to live its records take", () => {
    const yaml =
      "zones:\n  main:\n    domain: acme.example\n    ttl: 5\n    records:\n      www: { type: A, values: [192.0.2.10] }\n";
    const problems = problemsOf(() => synthesized("hetzner", yaml));
    expect(problems).toMatchObject([{ path: "zones.main.ttl", place: { line: 4 } }]);
  });
});

function outputOf({ output = {} }: TerraformConfiguration, name: string): { readonly value: unknown } {
  return output[name] as { readonly value: unknown };
}

function problemsOf(action: () => unknown): InfraError["problems"] {
  try {
    action();
  } catch (error) {
    if (error instanceof InfraError) return error.problems;
    throw error;
  }
  return [];
}
