import { testDeployment, testLocations } from "@infra/core/testing";
import { type Deployment, type ProviderName, providerNames } from "@infra/inventory";
import { describe, expect, it } from "vitest";
import { describeMove, moveOf } from "./moved.js";

const local: Readonly<Record<ProviderName, string>> = {
  aws: "aws",
  gcp: "google",
  azure: "azurerm",
  oracle: "oci",
  hetzner: "hcloud",
  heroku: "heroku",
  digitalocean: "digitalocean",
};

/** What is recorded of a deployment that was applied as it is. */
const applied = (deployment: Deployment, ...more: string[]) => ({
  settings: { ...deployment.settings },
  configuration: {
    provider: Object.fromEntries([local[deployment.settings.provider], ...more].map((each) => [each, [{}]])),
  },
});

const changed = (deployment: Deployment, settings: Partial<Deployment["settings"]>): Deployment => ({
  ...deployment,
  settings: { ...deployment.settings, ...settings },
});

describe("moveOf", () => {
  it.each(providerNames)("finds none where a deployment on %s stays", (provider) => {
    const deployment = testDeployment(provider);
    expect(moveOf(deployment, applied(deployment))).toBeUndefined();
  });

  it.each(providerNames)("finds that a deployment is applied on %s, and wanted on another cloud", (provider) => {
    const deployment = testDeployment(provider);
    const other = provider === "aws" ? "hetzner" : "aws";
    const move = moveOf(changed(deployment, { provider: other, ...testLocations[other] }), applied(deployment));
    expect(move).toEqual({ setting: "provider", from: provider, to: other });
  });

  it.each(["aws", "gcp", "oracle"] as const)("finds another region of %s, which no resource names", (provider) => {
    const deployment = testDeployment(provider);
    const move = moveOf(changed(deployment, { region: "elsewhere" }), applied(deployment));
    expect(move).toEqual({ setting: "region", from: testLocations[provider].region, to: "elsewhere" });
  });

  it.each(["azure", "hetzner", "digitalocean"] as const)("leaves another region of %s to the plan", (provider) => {
    const deployment = testDeployment(provider);
    expect(moveOf(changed(deployment, { region: "elsewhere" }), applied(deployment))).toBeUndefined();
  });

  it("finds another region of hetzner's buckets, which are behind an address of their own", () => {
    const deployment = testDeployment("hetzner");
    const move = moveOf(changed(deployment, { region: "nbg1" }), applied(deployment, "aws"));
    expect(move).toEqual({ setting: "region", from: "fsn1", to: "nbg1" });
  });

  it.each([
    ["aws", "123456789012", "210987654321"],
    ["gcp", "one-project", "other-project"],
    ["azure", "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001"],
  ] as const)("finds another account of %s", (provider, from, to) => {
    const before = changed(testDeployment(provider), { account: from });
    expect(moveOf(changed(before, { account: to }), applied(before))).toEqual({ setting: "account", from, to });
    expect(moveOf(changed(before, { account: undefined }), applied(before))).toBeUndefined();
  });
});

it("says where it is applied, and where it is wanted", () => {
  expect(describeMove({ setting: "region", from: "eu-west-1", to: "eu-west-2" })).toBe(
    "applied in eu-west-1, and the inventory says eu-west-2",
  );
});
