import { bindingsOf, providerNames, providers } from "@infra/inventory";
import { expect, it } from "vitest";
import { planningOf } from "./accounts.js";
import { examplesOn } from "./examples.js";

const storage = examplesOn("hetzner").filter(({ name }) => name.startsWith("storage/"));

it.each(storage)(
  "gives $name on hetzner credentials for its cloud and for the provider of its buckets",
  async ({ synthesize }) => {
    const configuration = await synthesize();
    const planning = planningOf(configuration);
    expect(planning).toMatchObject({
      env: { HCLOUD_TOKEN: expect.any(String) as string, AWS_ACCESS_KEY_ID: expect.any(String) as string },
      override: { provider: { aws: [{ alias: "object_storage", max_retries: 1 }] } },
      // The plan may fail for want of an account of the second provider: that is no fault of the example.
      isCertain: false,
    });
  },
);

it("is certain where each provider is known to ask its cloud nothing", () => {
  const required_providers = { hcloud: { source: providers.hetzner.source, version: "1.57.0" } };
  expect(planningOf({ terraform: { required_providers } })).toMatchObject({ isCertain: true, override: undefined });
});

it("says why a provider needs an account, or that it is not known", () => {
  const required = (source: string) => ({ terraform: { required_providers: { a: { source, version: "1.0.0" } } } });
  expect(planningOf(required(providers.azure.source))).toBe("its provider signs in before it plans");
  expect(planningOf(required("registry.opentofu.org/acme/thing"))).toBe(
    "how acme/thing plans without an account is not known",
  );
});

it("knows every provider of every cloud", () => {
  const sources = providerNames.flatMap((name) => bindingsOf(name)).map(({ source }) => source);
  const answers = sources.map((source) =>
    planningOf({ terraform: { required_providers: { a: { source, version: "1.0.0" } } } }),
  );
  expect(answers.filter((answer) => typeof answer === "string" && answer.includes("not known"))).toEqual([]);
});
