import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

interface Manager {
  readonly description: string;
  readonly managerFilePatterns: readonly string[];
  readonly matchStrings: readonly string[];
}

const preset = JSON.parse(readFileSync(join(__dirname, "../../../renovate/default.json"), "utf8")) as {
  customManagers: readonly Manager[];
  packageRules: readonly { matchDepTypes?: string[]; matchUpdateTypes?: string[]; enabled?: boolean }[];
};
const manager = preset.customManagers.find(({ description }) => description.includes("lock files of deployments"))!;

/** A lock file as OpenTofu 1.12 writes it. */
const lockFile = `# This file is maintained automatically by "tofu init".
# Manual edits may be lost in future updates.

provider "registry.opentofu.org/hashicorp/vault" {
  version     = "5.6.0"
  constraints = ">= 5.6.0, < 6.0.0"
  hashes = [
    "h1:abc=",
  ]
}

provider "registry.opentofu.org/hetznercloud/hcloud" {
  version     = "1.57.0"
  constraints = ">= 1.57.0, < 2.0.0"
}
`;

it("finds every provider of a lock file, with its registry and its version", () => {
  const found = manager.matchStrings.flatMap((pattern) => [...lockFile.matchAll(new RegExp(pattern, "g"))]);
  const host = "registry.opentofu.org";
  expect(found.map(({ groups }) => ({ ...groups }))).toEqual([
    { host, depName: "hashicorp/vault", currentValue: "5.6.0" },
    { host, depName: "hetznercloud/hcloud", currentValue: "1.57.0" },
  ]);
});

it("looks at the lock files of deployments, and not at those of working folders", () => {
  const patterns = manager.managerFilePatterns.map((pattern) => new RegExp(pattern.slice(1, -1)));
  const looksAt = (file: string) => patterns.some((pattern) => pattern.test(file));
  expect(looksAt("inventory/production/compute.lock.hcl")).toBe(true);
  expect(looksAt(".infra/real/production/compute/.terraform.lock.hcl")).toBe(false);
});

it("leaves other majors to the bindings", () => {
  const rules = preset.packageRules.filter(({ matchDepTypes }) => matchDepTypes?.includes("provider-lock"));
  expect(rules.some(({ matchUpdateTypes, enabled }) => enabled === false && matchUpdateTypes?.includes("major"))).toBe(
    true,
  );
});
