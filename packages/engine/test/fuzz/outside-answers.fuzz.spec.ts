import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SecretReference } from "@infra/inventory";
import { publishedVersions } from "../../engine/src/providers/published.js";
import { afterAll, beforeAll, expect } from "vitest";
import { Mask } from "@infra/io";
import { EnvironmentTier } from "../../secrets/src/tiers/environment.js";
import { CommandClient } from "../../secrets/src/tiers/onepassword-cli.js";
import { OnePasswordTier } from "../../secrets/src/tiers/onepassword.js";
import type { Resolved } from "../../secrets/src/secrets.js";
import { Secrets, type SecretTier, SopsTier } from "@infra/secrets";
import { sha256Of, type StateStore } from "@infra/state";
import { formatPointer } from "../../state/src/stores/pointer.js";
import { RemoteState } from "@infra/state/remote";
import { canary, near } from "../mutations.js";
import { readsOrRefuses } from "../parsers.js";

const id = "production/compute";
const state = JSON.stringify({ version: 4, terraform_version: "1.12.6", serial: 3, lineage: "a" });
const sha256 = sha256Of(Buffer.from(state));
const key = `00000003-${sha256.slice(0, 16)}.tfstate`;
const written = "2026-01-31T12:00:00.000Z";
const pointer = formatPointer({ version: 1, lineage: "a", serial: 3, sha256, key, written });

let folder: string;
let server: Server;
let url: string;
let answer: { status: number; body: Buffer };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "infra-fuzz-"));
  mkdirSync(join(folder, "secrets/acme"), { recursive: true });
  writeFileSync(join(folder, "secrets/acme/app.yaml"), "");
  writeFileSync(join(folder, "program"), `#!/bin/sh\nexec cat ${join(folder, "printed")}\n`);
  chmodSync(join(folder, "program"), 0o755);
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

/** What a store says is either what was written, or refused. */
const stored = async (store: StateStore): Promise<void> => {
  const found = await store.read();
  if (found) expect(sha256Of(found.bytes)).toBe(found.pointer.sha256);
  for (const version of await store.versions()) expect(version.version).toBeGreaterThan(0);
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
  writeFileSync(join(folder, "printed"), input);
  return { command: join(folder, "program"), env: { PATH: process.env["PATH"] } };
};

const secretOf = (tier: SecretTier): Promise<Resolved> =>
  new Secrets([tier, new EnvironmentTier({})], [], new Mask([])).of(SecretReference.parse("secret://acme/app#a"));

const fields = [{ id: "1", label: "a", value: canary, section: { label: "s" } }];

const registry = JSON.stringify({ "providers.v1": "/v1/providers/", versions: [{ version: "5.6.0" }] });

readsOrRefuses({
  "answers of a registry of providers": {
    reads: ["packages/engine/engine/src/providers/published.ts"],
    inputs: near(registry),
    read: (input) => (
      served(input),
      publishedVersions("registry.acme.example/hashicorp/vault", { originOf: () => url })
    ),
    accepted: (versions: string[]) => {
      for (const version of versions) expect(typeof version).toBe("string");
    },
  },
  "answers of S3 to a list": {
    reads: ["packages/engine/state/src/stores/s3-store.ts"],
    inputs: near(listing("00000001.json"), listing("moved"), "<Error><Code>SlowDown</Code></Error>"),
    read: (input) => (served(input), remotely(false, (each) => stored(each.store(id)))),
  },
  "answers of S3 to a write": {
    reads: ["packages/engine/state/src/stores/s3-store.ts"],
    inputs: near(listing("00000001.json"), "<Error><Code>AccessDenied</Code></Error>"),
    read: (input) => (
      served(input),
      remotely(false, (each) => each.store(id).write(Buffer.from(state), { lineage: "a", serial: 3, fence }))
    ),
  },
  "answers of Consul about a lock": {
    reads: ["packages/engine/state/src/locks/consul-lock.ts"],
    quoted: true,
    inputs: near(entry, '{"ID":"s"}', "true", "false"),
    read: (input) => (served(input), remotely(true, (each) => each.lock(id).inspect())),
  },
  "answers of Consul to who asks for a lock": {
    reads: ["packages/engine/state/src/locks/consul-lock.ts"],
    quoted: true,
    inputs: near(entry, '{"ID":"s"}', "false"),
    read: (input) => (served(input), remotely(true, async (each) => (await each.lock(id).acquire("apply")).release())),
  },
  "answers of Consul about a pointer": {
    reads: ["packages/engine/state/src/stores/consul-pointers.ts"],
    quoted: true,
    inputs: near(entry, JSON.stringify({ Errors: [{ OpIndex: 0 }] })),
    read: (input) => (served(input), remotely(true, (each) => each.store(id).current())),
  },
  "answers of sops": {
    reads: ["packages/engine/secrets/src/tiers/sops.ts"],
    inputs: near(JSON.stringify({ a: canary, b: { c: [canary] } })),
    read: (input) => {
      const { command, env } = program(input);
      return secretOf(new SopsTier({ root: folder, folder: "secrets", env, command }));
    },
    accepted: ({ value: read }: Resolved) => {
      expect(read).toEqual(expect.any(String));
    },
  },
  "answers of the op command": {
    reads: ["packages/engine/secrets/src/tiers/onepassword-cli.ts"],
    inputs: near(
      JSON.stringify([{ id: "1", title: "app", fields }]),
      JSON.stringify({ id: "1", title: "app", fields }),
    ),
    read: (input) => {
      const { command, env } = program(input);
      return secretOf(new OnePasswordTier(new CommandClient(env, command), "acme"));
    },
  },
});
