import { execa } from "execa";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "policy-cli-"));
const cli = join(__dirname, "../dist/cli.js");
const volume = { address: "hcloud_volume.data", mode: "managed", type: "hcloud_volume", name: "data" };
const plan = (values: object) => ({
  format_version: "1.2",
  terraform_version: "1.12.6",
  planned_values: { root_module: {} },
  resource_changes: [
    {
      ...volume,
      provider_name: "registry.opentofu.org/hetznercloud/hcloud",
      change: { actions: ["create"], before: null, after: values, after_unknown: { id: true } },
    },
  ],
  configuration: { root_module: { resources: [{ ...volume, expressions: {} }] } },
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function run(content: object, ...args: string[]) {
  const file = join(folder, "plan.json");
  writeFileSync(file, JSON.stringify(content));
  return execa(process.execPath, [cli, file, ...args], { reject: false });
}

it("prints what is refused, and why and what to do, with exit code 1", async () => {
  const { exitCode, stdout } = await run(plan({ name: "data" }), "--protected");
  expect(exitCode).toBe(1);
  expect(stdout).toBe(
    "hcloud_volume.data: delete_protection is not set, so it can be deleted. Write `delete_protection: true`. (deletion-protection)\n1 finding",
  );
});

it("prints JSON for machines, and knows from the configuration what is kept", async () => {
  const configuration = join(folder, "cdk.tf.json");
  const kept = { resource: { hcloud_volume: { data: { lifecycle: { prevent_destroy: true } } } } };
  writeFileSync(configuration, JSON.stringify(kept));
  const ran = await run(plan({ name: "data" }), "--protected", "--configuration", configuration, "--json");
  expect(ran.exitCode, ran.stderr).toBe(0);
  expect(JSON.parse(ran.stdout)).toEqual([]);
});

it("refuses what is no plan", async () => {
  const { exitCode, stderr } = await run({ resource: {} });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/This is no plan: .*tofu show -json/s);
});
