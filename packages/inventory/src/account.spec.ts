import { describe, expect, it } from "vitest";
import { describeProvider, isAccountOf, providerNames } from "./providers.js";
import { literalTemplates } from "./template.js";

const evaluated = ['${trimspace(file("/etc/passwd"))}', "%{ if true }x%{ endif }", "", " ", "a b", "a\n"];

describe("an account", () => {
  it.each(providerNames)("of %s is never a text that the engine evaluates", (provider) => {
    for (const text of evaluated) expect(isAccountOf(provider, text)).toBe(false);
  });

  it.each(providerNames.filter((each) => describeProvider(each).account))(
    "of %s has the shape of its example",
    (provider) => {
      const example = describeProvider(provider).account?.example.replaceAll('"', "") ?? "";
      expect(isAccountOf(provider, example)).toBe(true);
    },
  );

  it.each([
    ["aws", "not-an-account"],
    ["aws", "12345678901"],
    ["gcp", "My Project"],
    ["gcp", "short"],
    ["azure", "nope"],
    ["oracle", "ocid1.user.oc1..aaaa"],
    ["heroku", "Acme Team"],
  ] as const)("of %s is not %s", (provider, text) => {
    expect(isAccountOf(provider, text)).toBe(false);
  });

  it("of oracle may be the tenancy, and of gcp belong to a domain", () => {
    expect(isAccountOf("oracle", "ocid1.tenancy.oc1..aaaa")).toBe(true);
    expect(isAccountOf("gcp", "acme.example:my-project")).toBe(true);
  });
});

it("makes keys literal, too: the engine reads them as templates", () => {
  expect(literalTemplates({ "${a}": ["%{b}"] })).toEqual({ "$${a}": ["%%{b}"] });
});
