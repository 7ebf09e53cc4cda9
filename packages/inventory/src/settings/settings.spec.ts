import { describe, expect, it } from "vitest";
import { bindingsOf, providerNames } from "../providers.js";
import { SecretReference } from "../secret.js";
import { productSchema } from "./settings.js";

const accepts = (variable: string): boolean => {
  const credentials = { [variable]: SecretReference.parse("secret://clouds/token#value") };
  return productSchema.safeParse({ product: "acme", credentials }).success;
};

describe("the variables that `credentials` sets", () => {
  const read = providerNames.flatMap((cloud) =>
    bindingsOf(cloud).flatMap(({ credentials }) => credentials.map((variable) => [variable, cloud] as const)),
  );
  it.each(read)("may be %s, which the provider of %s reads", (variable) => {
    expect(accepts(variable)).toBe(true);
  });

  it.each(["GOOGLE_APPLICATION_CREDENTIALS", "CLOUDFLARE_API_TOKEN"])("may be %s", (variable) => {
    expect(accepts(variable)).toBe(true);
  });

  it.each([
    ...["GODEBUG", "GOFLAGS", "GOPROXY", "GO111MODULE", "NODE_OPTIONS", "LD_PRELOAD", "DYLD_INSERT_LIBRARIES"],
    ...["TF_CLI_ARGS", "TF_CLI_CONFIG_FILE", "TF_VAR_region", "TF_REATTACH_PROVIDERS", "INFRA_ENGINE", "PATH", "HOME"],
  ])("are never %s, which steers programs", (variable) => {
    expect(accepts(variable)).toBe(false);
  });

  it.each(["hcloud_token", "TOKEN=x", "", "1TOKEN"])("are never %j, which is no name of a variable", (variable) => {
    expect(accepts(variable)).toBe(false);
  });
});
