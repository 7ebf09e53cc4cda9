import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { awsConfiguration, hcloudConfiguration, type Configuration } from "../test/configurations.js";
import { Sandbox, openTofu, terraformOnPath } from "../test/engine.js";
import { EmulatedCloud, type CloudObject } from "./index.js";

const terraform = terraformOnPath();
if (!terraform) console.warn("SKIPPED: the mock provider under Terraform, because no terraform is on PATH.");

const engines = [
  { name: "OpenTofu", find: openTofu },
  ...(terraform ? [{ name: "Terraform", find: () => Promise.resolve(terraform) }] : []),
];
const configurations = [
  { provider: "aws", configuration: awsConfiguration },
  { provider: "hcloud", configuration: hcloudConfiguration },
];

let sandbox: Sandbox;
afterEach(async () => {
  await sandbox.stop();
  sandbox.remove();
});

function objects(): CloudObject[] {
  const cloud = EmulatedCloud.open(sandbox.cloud);
  try {
    return cloud.list();
  } finally {
    cloud.close();
  }
}

const only = (type: string): CloudObject => {
  const found = objects().filter((object) => object.type === type);
  expect(found).toHaveLength(1);
  return found[0]!;
};

/** Edits the file as a person with an editor does. */
function edit(from: string, to: string): void {
  const text = readFileSync(sandbox.cloud, "utf8");
  expect(text).toContain(from);
  writeFileSync(sandbox.cloud, text.replace(from, to));
}

function ofProvider(configuration: Configuration, resources: readonly string[]): Configuration {
  const resource = Object.fromEntries(
    Object.entries(configuration.resource).filter(([type]) => resources.includes(type)),
  );
  return { terraform: configuration.terraform, provider: configuration.provider, resource };
}

const volumeOnly = (): Configuration => ofProvider(hcloudConfiguration(), ["hcloud_volume"]);

describe.each(engines)("under $name", ({ find }) => {
  let engine: string;
  beforeAll(async () => {
    engine = await find();
  });

  async function start(configuration: Configuration): Promise<void> {
    sandbox = new Sandbox(engine);
    sandbox.configure(configuration);
    const { code, output } = await sandbox.init();
    expect(code, output).toBe(0);
  }

  async function applied(configuration: Configuration): Promise<void> {
    await start(configuration);
    const { code, output } = await sandbox.apply();
    expect(code, output).toBe(0);
  }

  test.each(configurations)(
    "$provider: apply, then no change, then destroy to an empty cloud",
    async ({ configuration }) => {
      await applied(configuration());
      const { code, output } = await sandbox.plan();
      expect(code, output).toBe(0);
      expect((await sandbox.destroy()).code).toBe(0);
      expect(readFileSync(sandbox.cloud, "utf8")).toBe("");
    },
  );

  test("a value edited in the cloud is drift, and apply heals it", async () => {
    await applied(awsConfiguration());
    edit('"http_tokens":"required"', '"http_tokens":"optional"');
    const changes = await sandbox.plannedChanges();
    expect(Object.entries(changes).filter(([, actions]) => actions.includes("update"))).toHaveLength(1);
    expect((await sandbox.apply()).code).toBe(0);
    expect(readFileSync(sandbox.cloud, "utf8")).not.toContain('"optional"');
    expect((await sandbox.plan()).code).toBe(0);
  });

  test("an object deleted from the cloud is created again", async () => {
    await applied(volumeOnly());
    writeFileSync(sandbox.cloud, "");
    expect(await sandbox.plannedChanges()).toEqual({ "hcloud_volume.data": ["create"] });
    expect((await sandbox.apply()).code).toBe(0);
    only("hcloud_volume");
  });

  test("a mutable attribute is updated in place, an immutable one replaces the object", async () => {
    const configuration = volumeOnly();
    await applied(configuration);
    const { id } = only("hcloud_volume");
    configuration.resource["hcloud_volume"]!["data"]!["size"] = 30;
    sandbox.configure(configuration);
    expect(await sandbox.plannedChanges()).toEqual({ "hcloud_volume.data": ["update"] });
    expect((await sandbox.apply()).code).toBe(0);
    expect(only("hcloud_volume")).toMatchObject({ id, values: { size: 30 } });
    configuration.resource["hcloud_volume"]!["data"]!["location"] = "nbg1";
    sandbox.configure(configuration);
    expect(await sandbox.plannedChanges()).toEqual({ "hcloud_volume.data": ["delete", "create"] });
    expect((await sandbox.apply()).code).toBe(0);
    expect(only("hcloud_volume").id).not.toBe(id);
  });

  test("a removed attribute is unset, and tags_all follows tags", async () => {
    const configuration = ofProvider(awsConfiguration(), ["aws_vpc"]);
    await applied(configuration);
    expect(only("aws_vpc").values).toMatchObject({ tags_all: { Name: "main" } });
    delete configuration.resource["aws_vpc"]!["main"]!["tags"];
    sandbox.configure(configuration);
    expect((await sandbox.apply()).code).toBe(0);
    expect(only("aws_vpc").values["tags"]).toBeUndefined();
    expect(only("aws_vpc").values["tags_all"]).toEqual({});
  });

  test("an object of the cloud is imported, and one that is not there is refused", async () => {
    await start(volumeOnly());
    const values = { id: "7", name: "data", size: 20, location: "fsn1", format: "ext4", linux_device: "/dev/sda" };
    writeFileSync(sandbox.cloud, `${JSON.stringify({ type: "hcloud_volume", id: "7", values })}\n`);
    const missing = await sandbox.run("import", "-no-color", "hcloud_volume.data", "8");
    expect(missing.code).toBe(1);
    expect(missing.output.replace(/[\s│]+/g, " ")).toMatch(
      /mock provider.*hcloud_volume "8" is not in the emulated cloud.*It has: 7/,
    );
    const imported = await sandbox.run("import", "-no-color", "hcloud_volume.data", "7");
    expect(imported.code, imported.output).toBe(0);
    const { code, output } = await sandbox.plan();
    expect(code, output).toBe(0);
  });

  test("a secret is only a hash in the file of the cloud, and still causes no change", async () => {
    const configuration = ofProvider(hcloudConfiguration(), []);
    const secret = "-----BEGIN PRIVATE KEY-----";
    configuration.resource = {
      hcloud_uploaded_certificate: { a: { name: "a", certificate: "c", private_key: secret } },
    };
    await applied(configuration);
    expect(readFileSync(sandbox.cloud, "utf8")).not.toContain(secret);
    const { code, output } = await sandbox.plan();
    expect(code, output).toBe(0);
  });

  test("a resource that left the configuration is destroyed", async () => {
    await applied(ofProvider(hcloudConfiguration(), ["hcloud_volume", "hcloud_network"]));
    sandbox.configure(volumeOnly());
    expect((await sandbox.apply()).code).toBe(0);
    expect(objects().map(({ type }) => type)).toEqual(["hcloud_volume"]);
  });

  test("an unknown attribute, a missing one and a block too many are refused", async () => {
    const configuration = ofProvider(awsConfiguration(), ["aws_placement_group", "aws_volume_attachment"]);
    configuration.resource = {
      aws_placement_group: { a: { name: "a", strategi: "spread" } },
      aws_instance: { a: { metadata_options: [{}, {}] } },
    };
    await start(configuration);
    const { code, output } = await sandbox.run("validate", "-no-color");
    expect(code).toBe(1);
    expect(output).toContain('"strategi"');
    expect(output).toContain('"strategy" is required');
    expect(output).toMatch(/[Tt]oo many metadata_options blocks/);
  });

  test("a value of the wrong type in the cloud is an error with file, object and attribute", async () => {
    await applied(volumeOnly());
    edit('"size":20', '"size":"big"');
    const { code, output } = await sandbox.plan();
    expect(code).toBe(1);
    expect(output.replace(/[\s│]+/g, " ")).toMatch(/cloud\.jsonl: hcloud_volume \d+: size: "big" is not a number/);
  });

  const keys = (...publicKeys: string[]): Configuration => ({
    ...ofProvider(hcloudConfiguration(), []),
    resource: {
      hcloud_ssh_key: Object.fromEntries(
        publicKeys.map((public_key, at) => [`key${at}`, { name: `key${at}`, public_key }]),
      ),
    },
  });

  test("a second key of the same content is refused as the cloud does, whatever its comment", async () => {
    await start(keys("ssh-ed25519 AAAA ann", "ssh-ed25519 AAAA bob"));
    const { code, output } = await sandbox.apply();
    expect(code).toBe(1);
    expect(output.replace(/[\s│]+/g, " ")).toMatch(
      /uniqueness_error: SSH key not unique\. hcloud_ssh_key \d+ has the same/,
    );
    only("hcloud_ssh_key");
    sandbox.configure(keys("ssh-ed25519 AAAA ann", "ssh-ed25519 BBBB bob"));
    expect((await sandbox.apply()).code).toBe(0);
  });

  test("a key with a newline at its end breaks the apply as the real provider of hcloud does", async () => {
    await start(keys("ssh-ed25519 AAAA ann\n"));
    const { code, output } = await sandbox.apply();
    expect(code).toBe(1);
    expect(output.replace(/[\s│]+/g, " ")).toContain("Provider produced inconsistent result after apply");
    expect(only("hcloud_ssh_key").values["public_key"]).toBe("ssh-ed25519 AAAA ann");
  });

  test("an injected fault says that it is injected, and strikes as often as asked", async () => {
    await start(volumeOnly());
    sandbox.faults = [{ type: "hcloud_volume", operation: "create", error: "no capacity", times: 1 }];
    const { code, output } = await sandbox.apply();
    expect(code).toBe(1);
    expect(output).toMatch(/mock provider: injected fault/);
    expect(output).toMatch(/no capacity/);
    expect(existsSync(sandbox.cloud)).toBe(false);
    sandbox.faults = [];
    expect((await sandbox.apply()).code).toBe(0);
  });

  test("an apply killed at any moment is completed by the next without duplicates", async () => {
    const configuration = ofProvider(hcloudConfiguration(), []);
    configuration.resource = {
      hcloud_volume: { same: { count: 12, name: "same", size: 10, location: "fsn1" } },
      hcloud_network: { main: { name: "main", ip_range: "10.0.0.0/16" } },
      hcloud_network_route: {
        main: { network_id: "${hcloud_network.main.id}", destination: "10.9.0.0/16", gateway: "10.0.0.2" },
      },
    };
    await start(configuration);
    sandbox.faults = [{ type: "*", operation: "create", delayMs: 25 }];
    for (const created of [1, 5, 9]) {
      const restoreTornState = sandbox.keepState();
      await sandbox.start();
      const run = sandbox.spawn([
        "apply",
        "-no-color",
        "-auto-approve",
        "-input=false",
        "-lock=false",
        "-parallelism=3",
      ]);
      const cloud = EmulatedCloud.open(sandbox.cloud);
      await expect.poll(() => cloud.list().length, { interval: 5, timeout: 20_000 }).toBeGreaterThanOrEqual(created);
      process.kill(run.pid, "SIGKILL");
      await run.result;
      cloud.close();
      await sandbox.stop();
      restoreTornState();
    }
    expect(objects().some(({ unconfirmed }) => unconfirmed !== undefined)).toBe(true);
    sandbox.faults = [];
    const { code, output } = await sandbox.apply("-lock=false");
    expect(code, output).toBe(0);
    expect(objects()).toHaveLength(14);
    expect((await sandbox.plan()).code).toBe(0);
  });
});
