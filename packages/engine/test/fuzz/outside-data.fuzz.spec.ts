import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findWorkspace, loadInventory, readYamlText } from "@infra/inventory";
import { parseFaults } from "@infra/mock-provider";
import { afterAll, beforeAll, expect } from "vitest";
import { identify } from "../../opentofu/src/binary/probe.js";
import { attributeChanges, countChanges, resourceChange, sensitiveTexts } from "../../engine/src/deployment/changes.js";
import { keptState, openKeptState } from "../../engine/src/deployment/escape.js";
import { readPlan } from "../../engine/src/deployment/plan-file.js";
import { findProducts } from "@infra/impact";
import { KeyRing, PassphraseCipher } from "@infra/keys";
import { PassphraseKey } from "../../keys/src/passphrase-key.js";
import { parseEvent } from "../../opentofu/src/process/engine-events.js";
import { parseOutputs, shownPlanSchema, validationSchema } from "@infra/opentofu";
import { FileLock, FolderStore, identifyState, sha256Of, type StateStore } from "@infra/state";
import { formatPointer, parsePointer } from "../../state/src/stores/pointer.js";
import { parseLockInfo } from "../../state/src/service/wire.js";
import { canary, near, withEachReplaced } from "../mutations.js";
import { type Parser, readsOrRefuses } from "../parsers.js";

const id = "production/compute";
const state = JSON.stringify({
  version: 4,
  terraform_version: "1.12.6",
  serial: 3,
  lineage: "a",
  outputs: { p: canary },
});
const sha256 = sha256Of(Buffer.from(state));
const pointer = formatPointer({
  version: 1,
  lineage: "a",
  serial: 3,
  sha256,
  key: `00000003-${sha256.slice(0, 16)}.tfstate`,
  written: "2026-01-31T12:00:00.000Z",
});

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "infra-fuzz-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A file below the folder of this spec. @returns its path */
const file = (path: string, content: Buffer | string): string => {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, content);
  return whole;
};

const inventories = {
  "product.yaml":
    "product: acme\nprovider: hetzner\nregion: fsn1\nstate: { kind: s3, bucket: b, consul: { ttl: 30 } }\n",
  "production/environment.yaml": "region: nbg1\nsecrets: { vault: { address: 'https://vault.acme.example' } }\n",
  "production/compute.yaml":
    "stack: ./x\nconfig:\n  web: { count: 3, at: &a [1, 2], to: *a, of: { output: network.id }, key: 'secret://acme/db#key' }\n",
} as const;

const inventory = (changed: keyof typeof inventories): Parser => ({
  reads: ["packages/inventory/src/document.ts", "packages/inventory/src/files.ts"],
  inputs: near(inventories[changed]),
  read: (input) => {
    for (const [name, text] of Object.entries(inventories)) file(`inventory/${name}`, text);
    file(`inventory/${changed}`, input);
    return loadInventory(join(folder, "inventory"));
  },
  accepted: ({ product, deployments }: ReturnType<typeof loadInventory>) => {
    expect(product).toMatch(/^[a-z]/);
    for (const deployment of deployments) expect(deployment.id).toMatch(/^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/);
  },
});

/** What a store says is either what was written, or refused. */
const stored = async (store: StateStore): Promise<void> => {
  const found = await store.read();
  if (found) expect(sha256Of(found.bytes)).toBe(found.pointer.sha256);
  for (const version of await store.versions()) expect(version.version).toBeGreaterThan(0);
};

const storeFolder = (input: Buffer, name: string): StateStore => {
  rmSync(join(folder, "state"), { recursive: true, force: true });
  file(`state/pointers/00000001.json`, pointer);
  file(`state/versions/00000003-${sha256.slice(0, 16)}.tfstate`, state);
  file(`state/${name}`, input);
  return new FolderStore(join(folder, "state"), id);
};

const header = { format: "infra-kept-state", deployment: id, lineage: "a", serial: 3, replaces: 2, sha256 };
const kept = (encryption: string, body: string) =>
  `${JSON.stringify({ ...header, written: "2026-01-31", reason: "Consul does not answer", encryption })}\n${body}`;
const encrypted = (metadata: object) =>
  JSON.stringify({
    serial: 3,
    lineage: "a",
    meta: { infra: Buffer.from(JSON.stringify(metadata)).toString("base64") },
    encrypted_data: Buffer.alloc(64).toString("base64"),
    encryption_version: "v0",
  });
const record = { engine: "tofu 1.12.6", digest: "d", version: 2, destroy: false };
const run = () => ({
  paths: { plan: join(folder, "plan"), planRecord: join(folder, "plan.json") },
  deployment: { id },
  context: { engine: { name: "tofu", version: "1.12.6" }, offline: false },
  digest: "d",
  session: { version: 2 },
});
const change = { actions: ["update"], before: { a: canary }, after: { a: "b" }, before_sensitive: { a: true } };
const holder = { id: "x", operation: "apply", deployment: id, user: "ada", host: "h", pid: 1, since: "2026-01-31" };

const plannedChange = JSON.stringify({
  type: "planned_change",
  change: { resource: { addr: "a.b", resource_type: "a" }, action: "create" },
});
const diagnostic = { severity: "error", summary: "a", snippet: { code: "a", values: [{ traversal: "a" }] } };
const shown = JSON.stringify({
  resource_changes: [{ address: "a.b", change }],
  resource_drift: [{ address: "a.b", change }],
  valid: false,
  diagnostics: [diagnostic],
});
const printedOutputs = JSON.stringify({ ids: { sensitive: true, type: "string", value: canary } });

const parsers: Record<string, Parser> = {
  "product.yaml": inventory("product.yaml"),
  "environment.yaml": inventory("production/environment.yaml"),
  "a deployment of the inventory": inventory("production/compute.yaml"),
  "package.json of a product": {
    reads: ["packages/inventory/src/workspace.ts", "packages/engine/impact/src/products.ts"],
    inputs: near('{"name":"acme","infra":{"inventory":"inventory"},"dependencies":{"@infra/core":"1.0.0"}}'),
    read: (input) => {
      const root = dirname(file("product/package.json", input));
      return [findWorkspace(root), findProducts(root)];
    },
  },
  "a pointer": {
    reads: ["packages/engine/state/src/stores/pointer.ts"],
    inputs: near(pointer),
    read: (input) => parsePointer(input),
    accepted: (read: ReturnType<typeof parsePointer>) => {
      if (read) expect(parsePointer(formatPointer(read))).toEqual(read);
    },
  },
  "pointers in a folder": {
    reads: ["packages/engine/state/src/stores/pointer.ts"],
    inputs: near(pointer),
    read: (input) => stored(storeFolder(input, "pointers/00000001.json")),
  },
  "newer pointers in a folder": {
    reads: ["packages/engine/state/src/stores/pointer.ts"],
    inputs: near(pointer, pointer.replace('"version": 1', '"version": 2')),
    read: (input) => stored(storeFolder(input, "pointers/00000002.json")),
  },
  "states in a folder": {
    reads: ["packages/engine/state/src/stores/pointer.ts"],
    inputs: near(state),
    read: (input) => stored(storeFolder(input, `versions/00000003-${sha256.slice(0, 16)}.tfstate`)),
  },
  "a state of the engine": {
    reads: ["packages/engine/state/src/service/wire.ts"],
    inputs: near(
      state,
      JSON.stringify({ serial: 1, lineage: "a", meta: {}, encrypted_data: "AAAA", encryption_version: "v0" }),
    ),
    read: identifyState,
    accepted: (identity: ReturnType<typeof identifyState>) => {
      if (identity)
        expect(Number.isSafeInteger(identity.serial) && identity.serial >= 0 && identity.lineage !== "").toBe(true);
    },
  },
  "lock information of the engine": {
    reads: ["packages/engine/state/src/service/wire.ts"],
    inputs: near('{"ID":"one","Operation":"apply","Who":"ada"}'),
    read: parseLockInfo,
  },
  "the holder of a lock": {
    reads: ["packages/engine/state/src/locks/lock-holder.ts"],
    inputs: near(JSON.stringify(holder)),
    read: async (input) => {
      file("locked/lock/00000001.json", input);
      return await new FileLock(join(folder, "locked"), id).inspect();
    },
    accepted: (found: Awaited<ReturnType<FileLock["inspect"]>>) => {
      expect(found?.holder.pid).toBeGreaterThan(0);
    },
  },
  "a state that a run kept": {
    reads: ["packages/engine/engine/src/deployment/escape.ts", "packages/engine/keys/src/cipher.ts"],
    inputs: near(
      kept("engine", state),
      kept("age", `age-encryption.org/v1\n-> X25519 ${canary}\n`),
      kept("passphrase", state),
      kept("service", state),
    ),
    read: async (input) => {
      const work = dirname(file("work/kept.tfstate", input));
      const identity = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
      return [
        keptState(work),
        await openKeptState(work, { INFRA_AGE_IDENTITY: identity }, () => new PassphraseCipher(canary.padEnd(16, "x"))),
      ];
    },
    accepted: ([, bytes]: [unknown, Buffer]) => {
      expect(bytes.toString()).toBe(state);
    },
  },
  "a state that OpenTofu encrypted": {
    reads: ["packages/engine/keys/src/opentofu-format.ts"],
    inputs: near(
      encrypted({ salt: "c2FsdA==", iterations: 1, hash_function: "sha512", key_length: 32 }),
      encrypted({ ciphertext: Buffer.from("vault:v1:YQ==").toString("base64") }),
    ),
    read: (input) => new KeyRing(new PassphraseKey(canary.padEnd(16, "x"))).open(input),
    accepted: (opened: unknown) => {
      expect(opened).toBeUndefined();
    },
  },
  "the record of a plan": {
    reads: ["packages/engine/engine/src/deployment/plan-file.ts"],
    quoted: true,
    inputs: near(JSON.stringify({ ...record, changes: [{ address: "a.b", action: "create", place: "x.yaml:1" }] })),
    read: (input) => {
      file("plan", "");
      file("plan.json", input);
      return readPlan(run() as never, false);
    },
    accepted: (plan: ReturnType<typeof readPlan>) => {
      if (plan) expect(plan).toMatchObject(record);
    },
  },
  "events of the engine": {
    reads: ["packages/engine/opentofu/src/process/engine-events.ts"],
    inputs: near(plannedChange),
    fixed: withEachReplaced(plannedChange),
    read: (input) => {
      const event = parseEvent(input.toString());
      if (event?.type !== "planned_change") return undefined;
      const { resource, action } = event.change;
      const found = resourceChange({ config: {} } as never, { origins: {} } as never, resource.addr, action);
      return countChanges(found ? [found] : []);
    },
    accepted: (counts: Record<string, number> | undefined) => {
      for (const count of Object.values(counts ?? {})) expect([0, 1]).toContain(count);
    },
  },
  "a plan as the engine shows it": {
    reads: ["packages/engine/engine/src/verbs/plan.ts", "packages/engine/engine/src/verbs/validate.ts"],
    inputs: near(shown),
    fixed: withEachReplaced(shown),
    read: (input) => {
      const json = parsed(input);
      validationSchema.safeParse(json);
      const { data } = shownPlanSchema.safeParse(json);
      return data?.resource_changes.map((each) => [attributeChanges(each), sensitiveTexts(each)]);
    },
  },
  "outputs as the engine prints them": {
    reads: ["packages/engine/opentofu/src/process/engine-events.ts"],
    inputs: near(printedOutputs),
    fixed: withEachReplaced(printedOutputs),
    read: (input) => parseOutputs(input.toString()),
    accepted: (outputs: ReturnType<typeof parseOutputs>) => {
      for (const output of Object.values(outputs ?? {})) expect(typeof output.sensitive).toBe("boolean");
    },
  },
  "the version that an engine prints": {
    reads: ["packages/engine/opentofu/src/binary/probe.ts"],
    inputs: near('{"terraform_version":"1.12.6"}', "OpenTofu v1.12.6"),
    fixed: withEachReplaced('{"terraform_version":"1.12.6"}'),
    read: async (input) => {
      const env = { INFRA_CACHE: folder };
      const asked = identify(file("engine", "#!/bin/sh\n"), env, () => Promise.resolve(input.toString()));
      return (await asked.catch(() => undefined))?.version;
    },
    accepted: (version: string | undefined) => {
      if (version !== undefined) expect(version).toMatch(/^\d+\.\d+\.\d+/);
    },
  },
  "YAML in a text of the inventory": {
    reads: ["packages/inventory/src/yaml-text.ts"],
    inputs: near("packages: [nginx]\nusers: [{ name: ada }]\n", "- &a [1, *a]\n"),
    read: (input) => readYamlText(input.toString()),
    accepted: (found: ReturnType<typeof readYamlText>) => {
      expect("fault" in found ? found.fault : "value").not.toBe("");
    },
  },
  "faults for the mock provider": {
    reads: ["packages/mock-provider/src/faults.ts"],
    inputs: near('[{"type":"*","operation":"create","delayMs":60}]'),
    read: (input) => parseFaults(input.toString()),
  },
};

const parsed = (input: Buffer): unknown => {
  try {
    return JSON.parse(input.toString());
  } catch {
    return undefined;
  }
};

readsOrRefuses(parsers);
