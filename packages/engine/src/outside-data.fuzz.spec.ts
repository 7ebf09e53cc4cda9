import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { InfraError, loadInventory } from "@infra/core";
import { parseFaults } from "@infra/mock-provider";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anything, canary, fuzzRuns, near } from "../test/mutations.js";
import { EngineError, findEngine } from "./binary/index.js";
import { attributeChanges, countChanges, resourceChange, sensitiveTexts } from "./changes.js";
import { parseEvent, parseOutputs, shownPlanSchema, validationSchema } from "./engine-events.js";
import { keptState, openKeptState } from "./escape.js";
import { findProducts } from "./impact/products.js";
import { readPlan } from "./plan-file.js";
import { CommandClient } from "./secrets/onepassword-cli.js";
import { OnePasswordTier } from "./secrets/onepassword.js";
import { SopsTier } from "./secrets/sops.js";
import { FileLock, FolderStore, type StateStore } from "./state/index.js";
import { identifyState, parseLockInfo } from "./state/wire.js";
import { formatPointer, parsePointer, sha256Of } from "./state/pointer.js";
import { RemoteState } from "./state/remote.js";
import { findWorkspace } from "./workspace.js";

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
let server: Server;
let url: string;
let answer: { status: number; body: Buffer };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "infra-fuzz-"));
  server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(answer.status).end(answer.status === 204 ? "" : answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** Something that reads what others wrote. */
interface Parser {
  readonly inputs: fc.Arbitrary<Buffer>;
  /** Reads it. It may throw an error for users, and nothing else. */
  read(input: Buffer): unknown;
  /** Looks at what was accepted, which must make sense. @default - anything does */
  accepted?(value: never, input: Buffer): void;
}

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

const remote = (consul: boolean): RemoteState =>
  new RemoteState({
    bucket: "states",
    endpoint: url,
    region: "garage",
    pathStyle: true,
    prefix: "acme",
    patienceMs: 1,
    credentials: { accessKeyId: "id", secretAccessKey: "secret" },
    ...(consul && { consul: { addresses: [url], ttl: 22, prefix: "acme", patienceMs: 1 } }),
  });

const remotely = async (consul: boolean, use: (state: RemoteState) => unknown): Promise<unknown> => {
  const state = remote(consul);
  try {
    return await use(state);
  } finally {
    state.close();
  }
};

const served = (input: Buffer): Buffer => {
  answer = { status: [200, 200, 200, 204, 400, 403, 404, 409, 412, 500][input.length % 10] ?? 200, body: input };
  return input;
};

const listing = (name: string) =>
  `<?xml version="1.0"?><ListBucketResult><Name>states</Name><IsTruncated>false</IsTruncated><Contents><Key>acme/${id}/pointers/${name}</Key></Contents></ListBucketResult>`;
const value = Buffer.from(pointer).toString("base64");
const entry = JSON.stringify([{ Session: "s", ModifyIndex: 7, Value: value }]);
const fence = { token: "s", stillHeld: () => Promise.resolve(true) };

/** A program that prints what was put into a file. */
const program = (input: Buffer): { command: string; env: NodeJS.ProcessEnv } => {
  const command = join(folder, "program");
  if (!existsSync(command)) {
    file("program", `#!/bin/sh\ncat ${join(folder, "printed")}\n`);
    chmodSync(command, 0o755);
  }
  file("printed", input);
  return { command, env: { PATH: process.env["PATH"] } };
};

const header = { format: "infra-kept-state", deployment: id, lineage: "a", serial: 3, replaces: 2, sha256 };
const kept = (encryption: string, body: string) =>
  `${JSON.stringify({ ...header, written: "2026-01-31", reason: "Consul does not answer", encryption })}\n${body}`;
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
const fields = [{ id: "1", label: "a", value: canary, section: { label: "s" } }];

const parsers: Record<string, Parser> = {
  "product.yaml": inventory("product.yaml"),
  "environment.yaml": inventory("production/environment.yaml"),
  "a deployment of the inventory": inventory("production/compute.yaml"),
  "package.json of a product": {
    inputs: near('{"name":"acme","infra":{"inventory":"inventory"},"dependencies":{"@infra/core":"1.0.0"}}'),
    read: (input) => {
      const root = dirname(file("product/package.json", input));
      return [findWorkspace(root), findProducts(root)];
    },
  },
  "a pointer": {
    inputs: near(pointer),
    read: (input) => parsePointer(input),
    accepted: (read: ReturnType<typeof parsePointer>) => {
      if (read) expect(parsePointer(formatPointer(read))).toEqual(read);
    },
  },
  "pointers in a folder": {
    inputs: near(pointer),
    read: (input) => stored(storeFolder(input, "pointers/00000001.json")),
  },
  "newer pointers in a folder": {
    inputs: near(pointer, pointer.replace('"version": 1', '"version": 2')),
    read: (input) => stored(storeFolder(input, "pointers/00000002.json")),
  },
  "states in a folder": {
    inputs: near(state),
    read: (input) => stored(storeFolder(input, `versions/00000003-${sha256.slice(0, 16)}.tfstate`)),
  },
  "a state of the engine": {
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
    inputs: near('{"ID":"one","Operation":"apply","Who":"ada"}'),
    read: parseLockInfo,
  },
  "the holder of a lock": {
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
    inputs: near(
      kept("engine", state),
      kept("age", `age-encryption.org/v1\n-> X25519 ${canary}\n`),
      kept("passphrase", state),
    ),
    read: async (input) => {
      const work = dirname(file("work/kept.tfstate", input));
      const identity = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
      return [keptState(work), await openKeptState(work, { INFRA_AGE_IDENTITY: identity })];
    },
    accepted: ([, bytes]: [unknown, Buffer]) => {
      expect(bytes.toString()).toBe(state);
    },
  },
  "the record of a plan": {
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
    inputs: near(
      JSON.stringify({
        type: "planned_change",
        change: { resource: { addr: "a.b", resource_type: "a" }, action: "create" },
      }),
    ),
    read: (input) => {
      const event = parseEvent(input.toString());
      if (event?.type !== "planned_change") return undefined;
      const { resource, action } = event.change;
      const found = resourceChange({ config: {} } as never, { origins: {} }, resource.addr, action);
      return countChanges(found ? [found] : []);
    },
    accepted: (counts: Record<string, number> | undefined) => {
      for (const count of Object.values(counts ?? {})) expect([0, 1]).toContain(count);
    },
  },
  "a plan as the engine shows it": {
    inputs: near(JSON.stringify({ resource_changes: [{ address: "a.b", change }], valid: true, diagnostics: [] })),
    read: (input) => {
      const json = parsed(input);
      validationSchema.safeParse(json);
      const { data } = shownPlanSchema.safeParse(json);
      return data?.resource_changes.map((each) => [attributeChanges(each), sensitiveTexts(each)]);
    },
  },
  "outputs as the engine prints them": {
    inputs: near(JSON.stringify({ ids: { sensitive: true, type: "string", value: canary } })),
    read: (input) => parseOutputs(input.toString()),
    accepted: (outputs: ReturnType<typeof parseOutputs>) => {
      for (const output of Object.values(outputs ?? {})) expect(typeof output.sensitive).toBe("boolean");
    },
  },
  "the version that an engine prints": {
    inputs: near('{"terraform_version":"1.12.6"}', "OpenTofu v1.12.6"),
    read: (input) =>
      findEngine({ env: { INFRA_ENGINE: program(input).command, INFRA_CACHE: folder, PATH: process.env["PATH"] } }),
    accepted: ({ version }: Awaited<ReturnType<typeof findEngine>>) => {
      expect(version).toMatch(/^\d+\.\d+\.\d+/);
    },
  },
  "answers of S3 to a list": {
    inputs: near(listing("00000001.json"), listing("moved"), "<Error><Code>SlowDown</Code></Error>"),
    read: (input) => (served(input), remotely(false, (each) => stored(each.store(id)))),
  },
  "answers of S3 to a write": {
    inputs: near(listing("00000001.json"), "<Error><Code>AccessDenied</Code></Error>"),
    read: (input) => (
      served(input),
      remotely(false, (each) => each.store(id).write(Buffer.from(state), { lineage: "a", serial: 3, fence }))
    ),
  },
  "answers of Consul about a lock": {
    inputs: near(entry, '{"ID":"s"}', "true", "false"),
    read: (input) => (served(input), remotely(true, (each) => each.lock(id).inspect())),
  },
  "answers of Consul to who asks for a lock": {
    inputs: near(entry, '{"ID":"s"}', "false"),
    read: (input) => (served(input), remotely(true, async (each) => (await each.lock(id).acquire("apply")).release())),
  },
  "answers of Consul about a pointer": {
    inputs: near(entry, JSON.stringify({ Errors: [{ OpIndex: 0 }] })),
    read: (input) => (served(input), remotely(true, (each) => each.store(id).current())),
  },
  "answers of sops": {
    inputs: near(JSON.stringify({ a: canary, b: { c: [canary] } })),
    read: (input) => {
      const { command, env } = program(input);
      file("secrets/acme/app.yaml", "");
      return new SopsTier({ root: folder, folder: "secrets", env, command }).read("acme/app");
    },
    accepted: (read: Record<string, unknown>) => {
      for (const each of Object.values(read)) expect(typeof each).toBe("string");
    },
  },
  "answers of the op command": {
    inputs: near(
      JSON.stringify([{ id: "1", title: "app", fields }]),
      JSON.stringify({ id: "1", title: "app", fields }),
    ),
    read: (input) => {
      const { command, env } = program(input);
      return new OnePasswordTier(new CommandClient(env, command), "acme").read("app");
    },
  },
  "faults for the mock provider": {
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

/** What may be shown to users, instead of a crash. */
const isForUsers = (error: unknown): boolean =>
  error instanceof InfraError || error instanceof EngineError || /^INFRA_FAULTS/.test((error as Error).message);

describe("whatever stands in the place of", () => {
  it.each(Object.entries(parsers))(
    "%s is read or refused with an error for users, in which no secret is",
    async (_name, { inputs, read, accepted }) => {
      await fc.assert(
        fc.asyncProperty(
          fc.oneof({ weight: 1, arbitrary: anything }, { weight: 9, arbitrary: inputs }),
          async (input) => {
            let found: unknown;
            try {
              found = await read(input);
            } catch (error) {
              if (!isForUsers(error)) throw error;
              expect(String(error)).not.toContain(canary);
              return;
            }
            accepted?.(found as never, input);
          },
        ),
        { numRuns: fuzzRuns },
      );
    },
    1_800_000,
  );
});
