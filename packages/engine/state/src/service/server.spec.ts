import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, truncateSync } from "node:fs";
import * as http from "node:http";
import { connect } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fuzzRuns } from "../../../test/mutations.js";
import { PassphraseCipher } from "@infra/keys";
import { LockHeldError } from "../errors.js";
import { FileLock } from "../locks/file-lock.js";
import { FolderStore } from "../stores/folder-store.js";
import { restoreVersion } from "../maintenance.js";
import { startStateService, type StateService } from "./server.js";
import type { Session, SessionOptions } from "./session.js";

const deployment = "production/compute";
let directory: string;
let store: FolderStore;
let lock: FileLock;
let service: StateService;

beforeEach(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), "infra-service-"));
  store = new FolderStore(directory, deployment);
  lock = new FileLock(directory, deployment);
  service = await startStateService({ maxBytes: 100_000 });
});

afterEach(async () => {
  await service.close();
  rmSync(directory, { recursive: true, force: true });
});

const open = (more: Partial<SessionOptions> = {}): Promise<Session> =>
  service.open({ deployment, store, lock, operation: "apply", ...more });

interface Sent {
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

interface Received {
  readonly status: number;
  readonly body: string;
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

const send = (method: string, { path: target, headers = {}, body }: Sent): Promise<Received> =>
  new Promise((resolve, reject) => {
    const [hostname, port] = service.host.split(":");
    const length = headers["Transfer-Encoding"] ? {} : { "Content-Length": String(Buffer.byteLength(body ?? "")) };
    const options = { hostname, port, method, path: target ?? `/${deployment}`, headers: { ...length, ...headers } };
    const request = http.request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });

/** Sends as the session's engine does. */
const as = (session: Session, method: string, sent: Sent = {}): Promise<Received> => {
  const Authorization = basic(session.env["TF_HTTP_USERNAME"]!, session.env["TF_HTTP_PASSWORD"]!);
  return send(method, { ...sent, headers: { Authorization, ...sent.headers } });
};

const state = (serial: number, lineage = "a", more: object = {}) =>
  JSON.stringify({ version: 4, terraform_version: "1.12.0", serial, lineage, outputs: {}, resources: [], ...more });

const lockInfo = (ID: string) => JSON.stringify({ ID, Operation: "OperationTypeApply", Who: "ada@build" });

describe("state requests", () => {
  it("answers 204 before the first write, then what was written", async () => {
    const session = await open();
    expect(await as(session, "GET")).toEqual({ status: 204, body: "" });
    expect((await as(session, "POST", { body: state(1) })).status).toBe(200);
    expect(await as(session, "GET")).toEqual({ status: 200, body: state(1) });
    expect(session.version).toBe(1);
  });

  it("accepts a repeated request", async () => {
    const session = await open();
    await as(session, "POST", { body: state(1) });
    expect((await as(session, "POST", { body: state(1) })).status).toBe(200);
    expect(await store.versions()).toHaveLength(1);
  });

  it.each<[string, string]>([
    ["a lower serial", state(1)],
    ["another content", state(2, "a", { outputs: { x: 1 } })],
    ["another lineage", state(3, "b")],
    ["no JSON", "{"],
    ["nothing", ""],
    ["an old format", state(3, "a", { version: 3 })],
    ["a serial that is no integer", state(3, "a", { serial: 3.5 })],
    ["an unsafe serial", state(3).replace('"serial":3', '"serial":99999999999999999999')],
    ["an empty lineage", state(3, "")],
    ["an array", "[]"],
  ])("refuses %s, keeps the reason for the command, and changes nothing", async (_, body) => {
    const session = await open();
    await as(session, "POST", { body: state(2) });
    expect((await as(session, "POST", { body })).status).toBe(409);
    expect(session.failures).toHaveLength(1);
    expect((await store.current())?.version).toBe(1);
  });

  it("checks Content-MD5", async () => {
    const session = await open();
    const body = state(1);
    expect((await as(session, "POST", { body, headers: { "Content-MD5": "AAAA" } })).status).toBe(400);
    const md5 = createHash("md5").update(body).digest("base64");
    expect((await as(session, "POST", { body, headers: { "Content-MD5": md5 } })).status).toBe(200);
  });

  it("refuses a state that is too large, announced or not", async () => {
    const session = await open();
    const body = state(1, "a", { padding: "x".repeat(200_000) });
    const announced = as(session, "POST", { body }).catch(() => ({ status: 413 }));
    expect((await announced).status).toBe(413);
    const chunked = as(session, "POST", { body, headers: { "Transfer-Encoding": "chunked" } }).catch(() => ({
      status: 413,
    }));
    expect((await chunked).status).toBe(413);
    expect(await store.current()).toBeUndefined();
  });

  it("never deletes", async () => {
    const session = await open();
    await as(session, "POST", { body: state(1) });
    expect((await as(session, "DELETE")).status).toBe(405);
    expect((await as(session, "GET")).status).toBe(200);
  });

  it("refuses a damaged state and keeps the way back for the command", async () => {
    const session = await open();
    await as(session, "POST", { body: state(1) });
    const [object] = readdirSync(path.join(directory, "versions"));
    truncateSync(path.join(directory, "versions", object!), 10);
    expect((await as(session, "GET")).status).toBe(422);
    expect(session.failures.map(({ message }) => message).join()).toMatch(/infra state restore/);
  });

  it("refuses a clear state when encryption is required", async () => {
    const session = await open({ requireEncrypted: true });
    expect((await as(session, "POST", { body: state(1) })).status).toBe(409);
    const encrypted = {
      serial: 1,
      lineage: "a",
      meta: { state: "e30=" },
      encrypted_data: "AAAA",
      encryption_version: "v0",
    };
    expect((await as(session, "POST", { body: JSON.stringify(encrypted) })).status).toBe(200);
  });

  it("records every one of many writes sent at once, in order", async () => {
    const session = await open();
    const writes = Array.from({ length: 20 }, (_, i) => as(session, "POST", { body: state(i + 1) }));
    const statuses = (await Promise.all(writes)).map(({ status }) => status);
    const versions = await store.versions();
    expect(versions).toHaveLength(statuses.filter((status) => status === 200).length);
    expect(versions[0]?.serial).toBe(20);
  });
});

describe("sealing for engines without encryption", () => {
  const passphrase = "correct horse battery staple";

  it("stores nothing in clear and gives the engine what it sent", async () => {
    const session = await open({ cipher: new PassphraseCipher(passphrase) });
    const body = state(1, "a", { outputs: { password: "hunter2" } });
    await as(session, "POST", { body });
    expect((await as(session, "POST", { body })).status).toBe(200);
    expect((await as(session, "POST", { body: state(1) })).status).toBe(409);
    expect((await as(session, "GET")).body).toBe(body);
    expect((await store.read())?.bytes.includes("hunter2")).toBe(false);
    expect(await store.versions()).toHaveLength(1);
  });

  it("refuses a clear state that is already stored", async () => {
    const clear = await open();
    await as(clear, "POST", { body: state(1) });
    await clear.close();
    const session = await open({ cipher: new PassphraseCipher(passphrase) });
    expect((await as(session, "GET")).status).toBe(409);
  });
});

describe("the lock", () => {
  it("is taken before the engine starts and named to the loser", async () => {
    await open();
    await expect(open()).rejects.toBeInstanceOf(LockHeldError);
    await expect(restoreVersion(store, lock, 1)).rejects.toBeInstanceOf(LockHeldError);
  });

  it("is released by close, also twice", async () => {
    const session = await open();
    await Promise.all([session.close(), session.close()]);
    expect(await lock.inspect()).toBeUndefined();
    expect((await as(session, "GET")).status).toBe(401);
  });

  it("serves one engine at a time and tells the second who is first", async () => {
    const session = await open();
    expect((await as(session, "LOCK", { body: lockInfo("one") })).status).toBe(200);
    expect((await as(session, "LOCK", { body: lockInfo("one") })).status).toBe(200);
    const second = await as(session, "LOCK", { body: lockInfo("two") });
    expect(second.status).toBe(423);
    expect(JSON.parse(second.body)).toMatchObject({ ID: "one", Who: "ada@build" });
    expect((await as(session, "UNLOCK", { body: lockInfo("two") })).status).toBe(409);
    expect((await as(session, "UNLOCK", { body: lockInfo("one") })).status).toBe(200);
    expect((await as(session, "LOCK", { body: lockInfo("two") })).status).toBe(200);
  });

  it("refuses a write with another lock's identity, or with none", async () => {
    const session = await open();
    await as(session, "LOCK", { body: lockInfo("one") });
    expect((await as(session, "POST", { body: state(1), path: `/${deployment}?ID=two` })).status).toBe(409);
    expect((await as(session, "POST", { body: state(1) })).status).toBe(409);
    expect((await as(session, "POST", { body: state(1), path: `/${deployment}?ID=one` })).status).toBe(200);
  });

  it("refuses the writes of a session whose lock was taken away", async () => {
    const session = await open();
    await as(session, "POST", { body: state(1) });
    await lock.forceUnlock();
    const other = await open();
    expect((await as(session, "POST", { body: state(2) })).status).toBe(409);
    expect(session.failures[0]?.code).toBe("lock-lost");
    expect((await as(other, "POST", { body: state(2, "a", { outputs: { other: 1 } }) })).status).toBe(200);
  });

  it("is not taken by a session that only reads, which can't write", async () => {
    const writer = await open();
    await as(writer, "POST", { body: state(1) });
    const reader = await open({ operation: "output" });
    expect(reader.env["TF_HTTP_LOCK_ADDRESS"]).toBe("");
    expect((await as(reader, "GET")).status).toBe(200);
    expect((await as(reader, "POST", { body: state(2) })).status).toBe(409);
    expect((await as(reader, "LOCK", { body: lockInfo("one") })).status).toBe(409);
  });

  it("is given back when the plan is stale", async () => {
    const session = await open({ expectVersion: 0 });
    await as(session, "POST", { body: state(1) });
    await session.close();
    await expect(open({ expectVersion: 0 })).rejects.toMatchObject({ code: "stale" });
    await (await open({ expectVersion: 1 })).close();
    expect(await lock.inspect()).toBeUndefined();
  });
});

describe("who may speak", () => {
  it("refuses missing, wrong and foreign credentials alike", async () => {
    const session = await open();
    const otherDirectory = path.join(directory, "other");
    const other = await service.open({
      deployment: "staging/compute",
      store: new FolderStore(otherDirectory, "staging/compute"),
      lock: new FileLock(otherDirectory, "staging/compute"),
      operation: "apply",
    });
    const wrong = [
      undefined,
      "Basic",
      "Basic ****",
      "Bearer x",
      basic(session.username, "x"),
      basic("x", session.password),
    ];
    for (const Authorization of [...wrong, basic(session.username, other.password)]) {
      const headers: Record<string, string> = Authorization === undefined ? {} : { Authorization };
      expect(await send("GET", { headers })).toEqual({ status: 401, body: "" });
      expect((await send("GET", { headers, path: "/unknown" })).status).toBe(401);
    }
    expect((await as(other, "GET")).status).toBe(404);
  });

  it("refuses another Host, as a rebound name would send it", async () => {
    const session = await open();
    expect((await as(session, "GET", { headers: { Host: "evil.example" } })).status).toBe(403);
    expect(
      (await as(session, "GET", { headers: { Host: service.host.replace("127.0.0.1", "localhost") } })).status,
    ).toBe(403);
  });

  it("listens on the loopback address only", async () => {
    const addresses = Object.values(os.networkInterfaces()).flatMap((list) => list ?? []);
    const outside = addresses.find(({ internal, family }) => !internal && family === "IPv4")?.address ?? "127.0.0.2";
    const socket = connect(Number(service.host.split(":")[1]), outside);
    const outcome = await new Promise<string>((resolve) => {
      socket.once("connect", () => resolve("connected")).once("error", () => resolve("refused"));
    });
    socket.destroy();
    expect(outcome).toBe("refused");
  });

  it("knows its paths and methods", async () => {
    const session = await open();
    for (const target of ["/", "/production", `/${deployment}/`, `//${deployment}`, "//", `/x/../${deployment}`]) {
      expect((await as(session, "GET", { path: target })).status).toBe(404);
    }
    for (const method of ["PUT", "PATCH", "OPTIONS", "PROPFIND"]) expect((await as(session, method)).status).toBe(405);
  });

  it("ends cleanly while a request is half sent", async () => {
    const session = await open();
    const socket = connect(Number(service.host.split(":")[1]), "127.0.0.1");
    const head = `POST /${deployment} HTTP/1.1\r\nHost: ${service.host}\r\nAuthorization: ${basic(session.username, session.password)}`;
    socket.on("error", () => undefined).write(`${head}\r\nContent-Length: 1000\r\n\r\n{"version"`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await service.close();
    expect(await store.current()).toBeUndefined();
    expect(await lock.inspect()).toBeUndefined();
    service = await startStateService();
  });
});

describe("anything at all", () => {
  const value = fc.oneof(fc.jsonValue(), fc.nat(6), fc.constantFrom("a", "b", "", 4, -1, 1e21, null));
  const stateLike = fc.record(
    {
      version: fc.oneof(fc.constant(4), value),
      terraform_version: fc.constant("1.12.0"),
      serial: value,
      lineage: value,
      encrypted_data: value,
    },
    { requiredKeys: ["version"] },
  );
  const body = fc.oneof(
    fc.nat(8).map((serial) => state(serial)),
    stateLike.map((item) => JSON.stringify(item)),
    fc.constantFrom(lockInfo("one"), lockInfo("two"), "{}", "{"),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  );
  const input = fc.record({
    method: fc.constantFrom("GET", "POST", "POST", "POST", "LOCK", "UNLOCK", "DELETE", "PUT", "OPTIONS"),
    target: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom("", "", "?ID=one", "?ID=two", "?ID=%00", "?ID=%zz", "?ID=one&ID=two") },
      { weight: 1, arbitrary: fc.webPath().map((tail) => `/..${tail}`) },
    ),
    credentials: fc.constantFrom("right", "right", "right", "wrong", "none"),
    md5: fc.constantFrom(undefined, undefined, undefined, "x", "1B2M2Y8AsgTpgAmY7PhCfg=="),
    body,
  });

  it("is answered without a crash, and only states of this lineage that go forward are recorded", async () => {
    const session = await open();
    await as(session, "POST", { body: state(0) });
    const credentials = {
      right: basic(session.username, session.password),
      wrong: basic(session.username, "wrong"),
      none: "",
    };
    const check = async (sent: typeof input extends fc.Arbitrary<infer T> ? T : never) => {
      const before = await store.current();
      const headers = {
        Authorization: credentials[sent.credentials],
        ...(sent.md5 !== undefined && { "Content-MD5": sent.md5 }),
      };
      const { status } = await send(sent.method, { path: `/${deployment}${sent.target}`, headers, body: sent.body });
      expect(status).toBeLessThan(500);
      if (sent.credentials !== "right") expect(status).toBe(401);
      const after = await store.current();
      if (after?.version === before?.version) return;
      expect([sent.method, status, sent.credentials]).toEqual(["POST", 200, "right"]);
      const { lineage, serial } = JSON.parse(sent.body.toString()) as { lineage: string; serial: number };
      expect(lineage).toBe("a");
      expect(serial).toBeGreaterThan(before!.serial);
      expect((await store.read())?.bytes.toString()).toBe(sent.body.toString());
    };
    await fc.assert(fc.asyncProperty(input, check), { numRuns: fuzzRuns });
    expect((await as(session, "GET")).status).toBe(200);
  }, 1_800_000);
});
