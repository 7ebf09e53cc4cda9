import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { inflateRawSync } from "node:zlib";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { PassphraseCipher } from "@infra/keys";
import { FileLock } from "./locks/file-lock.js";
import { FolderStore } from "./stores/folder-store.js";
import { restoreVersion } from "./maintenance.js";
import { startStateService, type StateService } from "./service/server.js";
import type { Session, SessionOptions } from "./service/session.js";

const deployment = "production/compute";
const passphrase = "correct horse battery staple";

/** OpenTofu's own encryption, as the engine sets it for a passphrase. */
const encryption = (secret: string) => `
key_provider "pbkdf2" "passphrase" {
  passphrase               = "${secret}"
  encrypted_metadata_alias = "state"
}
method "aes_gcm" "passphrase" {
  keys = key_provider.pbkdf2.passphrase
}
state {
  method   = method.aes_gcm.passphrase
  enforced = true
}
plan {
  method   = method.aes_gcm.passphrase
  enforced = true
}`;

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

let tofu: string;
let engine: string;
let directory: string;
let work: string;
let store: FolderStore;
let lock: FileLock;
let service: StateService;

beforeAll(async () => {
  // Named by a variable: the package is private to the workspace, and only this spec needs it.
  const toolchain = "@infra/toolchain";
  const ensureTool = async (name: string): Promise<string> =>
    ((await import(toolchain)) as { ensureTool(name: string): Promise<string> }).ensureTool(name);
  tofu = process.env["INFRA_ENGINE"] ?? (await ensureTool("tofu"));
  engine = tofu;
});

beforeEach(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), "infra-engine-"));
  work = path.join(directory, "work");
  mkdirSync(work);
  const folder = path.join(directory, "state");
  store = new FolderStore(folder, deployment);
  lock = new FileLock(folder, deployment);
  service = await startStateService();
  configure("one");
});

afterEach(async () => {
  await service.close();
  rmSync(directory, { recursive: true, force: true });
});

const configure = (input: string, more: object = {}): void => {
  const resource = { terraform_data: { a: { input, ...more } } };
  writeFileSync(path.join(work, "main.tf.json"), JSON.stringify({ terraform: { backend: { http: {} } }, resource }));
};

/** Runs the engine without any setting of the machine. */
const run = (env: Readonly<Record<string, string>>, ...parameters: string[]): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const clean = Object.entries(process.env).filter(([name]) => !name.startsWith("TF_"));
    const child = spawn(engine, [...parameters, "-no-color"], {
      cwd: work,
      env: { ...Object.fromEntries(clean), ...env },
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", reject).on("close", (code) => resolve({ code, output }));
  });

/** Runs the engine in a session of its own, as a command does. */
const inSession = async (
  env: Record<string, string>,
  parameters: string[],
  more: Partial<SessionOptions> = {},
): Promise<Ran> => {
  const session = await service.open({ deployment, store, lock, operation: parameters[0]!, ...more });
  try {
    return await run({ ...session.env, ...env }, ...parameters);
  } finally {
    await session.close();
  }
};

const succeed = async (...parameters: Parameters<typeof inSession>): Promise<string> => {
  const { code, output } = await inSession(...parameters);
  expect(code, output).toBe(0);
  return output;
};

interface Mode {
  readonly name: string;
  readonly program: "tofu" | "terraform";
  readonly env: Record<string, string>;
  options(): Partial<SessionOptions>;
}

const sealed = () => ({ cipher: new PassphraseCipher(passphrase) });
const native = () => ({ requireEncrypted: true });
const modes: Mode[] = [
  { name: "in clear", program: "tofu", env: {}, options: () => ({}) },
  { name: "encrypted by the engine", program: "tofu", env: { TF_ENCRYPTION: encryption(passphrase) }, options: native },
  { name: "sealed by the service", program: "tofu", env: {}, options: sealed },
  { name: "sealed by the service", program: "terraform", env: {}, options: sealed },
];

const withoutTerraform = spawnSync("terraform", ["version"]).status !== 0;

for (const { name, program, env, options } of modes) {
  describe.skipIf(program === "terraform" && withoutTerraform)(`a state of ${program} ${name}`, () => {
    beforeEach(() => {
      engine = program === "tofu" ? tofu : program;
    });
    afterEach(() => {
      engine = tofu;
    });

    const succeeds = (...parameters: string[]) => succeed(env, parameters, options());

    it("is applied, planned without changes, and destroyed", async () => {
      await succeeds("init");
      await succeeds("apply", "-auto-approve");
      expect(await succeeds("plan")).toContain("No changes");
      await succeeds("destroy", "-auto-approve");
      expect(await store.versions()).toHaveLength(2);
      expect(await succeeds("state", "list")).toBe("");
    });

    it("shows the expected change after a restore, and goes on from there", async () => {
      await succeeds("init");
      for (const input of ["one", "two"]) {
        configure(input);
        await succeeds("apply", "-auto-approve");
      }
      const { pointer } = await restoreVersion(store, lock, 1);
      expect(pointer).toMatchObject({ version: 3, serial: 1 });
      expect(await succeeds("plan")).toMatch(/"one" -> "two"/);
      await succeeds("apply", "-auto-approve");
      expect(await succeeds("plan")).toContain("No changes");
      expect((await store.versions()).map(({ version, serial }) => [version, serial])).toEqual([
        [4, 2],
        [3, 1],
        [2, 2],
        [1, 1],
      ]);
    });

    it("is applied from a saved plan by a later service on another port, once", async () => {
      await succeeds("init");
      const planning = await service.open({ deployment, store, lock, operation: "plan", ...options() });
      const version = planning.version;
      await run({ ...planning.env, ...env }, "plan", "-out=saved");
      await service.close();
      service = await startStateService();
      await succeed(env, ["apply", "saved"], { ...options(), expectVersion: version });
      const again = inSession(env, ["apply", "saved"], { ...options(), expectVersion: version });
      await expect(again).rejects.toMatchObject({ code: "stale" });
      expect((await inSession(env, ["apply", "saved"], options())).output).toContain("Saved plan is stale");
    });

    it("leaves neither the value nor the passphrase in the store unless it is in clear", async () => {
      configure("canary-4f1d");
      await succeeds("init");
      await succeeds("apply", "-auto-approve");
      const stored = (await store.read())!.bytes.toString("latin1");
      expect(stored.includes("canary-4f1d")).toBe(name === "in clear");
      expect(filesWith(directory, passphrase)).toEqual([]);
    });
  });
}

describe("the engine", () => {
  it("finds neither address nor credentials in what it leaves", async () => {
    await succeed({}, ["init"]);
    const session = await service.open({ deployment, store, lock, operation: "plan" });
    await run(session.env, "plan", "-out=saved");
    const unpacked = unzip(path.join(work, "saved"));
    expect(unpacked).toContain("terraform_data");
    for (const secret of [session.password, session.username, service.host, String(service.host.split(":")[1])]) {
      expect(filesWith(work, secret)).toEqual([]);
      expect(unpacked).not.toContain(secret);
    }
  });

  it("never runs twice at once: the second is told who is first, and only one state is written", async () => {
    configure("one", { provisioner: [{ "local-exec": { command: "sleep 1" } }] });
    await succeed({}, ["init"]);
    const session = await service.open({ deployment, store, lock, operation: "apply" });
    const first = run(session.env, "apply", "-auto-approve");
    await expect(inSession({}, ["apply"])).rejects.toThrow(/production\/compute is locked by apply of/);
    await untilLocked(session);
    const second = await run(session.env, "plan");
    expect(second.code).toBe(1);
    expect(second.output).toMatch(/Error acquiring the state lock[\s\S]*already locked:\s+ID=[0-9a-f-]{36}/);
    expect((await first).code).toBe(0);
    expect((await store.current())?.serial).toBeGreaterThan(0);
  });

  it("changes nothing when the passphrase is wrong or missing", async () => {
    await succeed({}, ["init"]);
    await succeed({ TF_ENCRYPTION: encryption(passphrase) }, ["apply", "-auto-approve"], { requireEncrypted: true });
    const before = await store.read();
    configure("two");
    for (const env of [{}, { TF_ENCRYPTION: encryption("another passphrase here") }]) {
      expect(
        (await inSession(env as Record<string, string>, ["apply", "-auto-approve"], { requireEncrypted: true })).code,
      ).toBe(1);
    }
    expect(await store.read()).toEqual(before);
  });

  it("can't write a first state in clear when encryption is required", async () => {
    await succeed({}, ["init"]);
    const { code, output } = await inSession({}, ["apply", "-auto-approve"], { requireEncrypted: true });
    expect(code, output).toBe(1);
    expect(await store.current()).toBeUndefined();
  });

  it("reads outputs without a lock, while another run holds it", async () => {
    await succeed({}, ["init"]);
    await succeed({}, ["apply", "-auto-approve"]);
    const holder = await service.open({ deployment, store, lock, operation: "apply" });
    expect(await succeed({}, ["state", "list"], { operation: "output" })).toContain("terraform_data.a");
    await holder.close();
  });
});

/** Waits until an engine holds the lock within the session: a second one would get 423. */
const untilLocked = async (session: Session): Promise<void> => {
  while (!session.engineHolds) await new Promise((resolve) => setTimeout(resolve, 5));
};

const filesWith = (folder: string, text: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(text));

/** The unpacked entries of a plan file, which is a zip: its central directory says where they are. */
const unzip = (file: string): string => {
  const zip = readFileSync(file);
  const end = zip.lastIndexOf(Buffer.from("PK\x05\x06"));
  let at = zip.readUInt32LE(end + 16);
  let text = "";
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [size, header] = [zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 42)];
    const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    const packed = zip.subarray(start, start + size);
    text += (zip.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed)).toString("latin1");
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return text;
};
