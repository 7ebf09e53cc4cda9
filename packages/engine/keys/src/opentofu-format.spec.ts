import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTofu, passphrase } from "../../test/product.js";
import { KeyRing } from "./key-ring.js";
import { engineSource, isEngineEncrypted, openEnginePayload, sealEnginePayload } from "./opentofu-format.js";
import { PassphraseKey } from "./passphrase-key.js";

const key = new PassphraseKey(passphrase);
let tofu: string;
let folder: string;
let env: Record<string, string | undefined>;

beforeAll(async () => {
  tofu = await openTofu();
  folder = mkdtempSync(join(tmpdir(), "format-"));
  env = { ...process.env, TF_CLI_CONFIG_FILE: undefined, ...(await new KeyRing(key).engineEnv()) };
  const output = { value: "hunter2" };
  writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ output: { secret: output } }));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]): string => {
  const { status, stdout, stderr } = spawnSync(tofu, [...args, "-no-color"], { cwd: folder, env, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  return stdout;
};
const read = (name: string) => readFileSync(join(folder, name));

describe("the format of OpenTofu", () => {
  it("is read, as the engine wrote states and plans", async () => {
    run("plan", "-out=plan");
    run("apply", "plan");
    for (const name of ["plan", "terraform.tfstate"]) {
      expect(isEngineEncrypted(read(name)), name).toBe(true);
      expect(engineSource(read(name))).toMatchObject({ kdf: "pbkdf2", hash: "sha512", length: 32 });
    }
    const state = await openEnginePayload(read("terraform.tfstate"), key);
    expect(JSON.parse(state?.toString() ?? "")).toMatchObject({ outputs: { secret: { value: "hunter2" } } });
    expect((await openEnginePayload(read("plan"), key))?.toString("latin1", 0, 2)).toBe("PK");
    const other = new PassphraseKey("another passphrase, as long");
    expect(await openEnginePayload(read("plan"), other)).toBeUndefined();
  });

  it("is written, and the engine reads it", async () => {
    const state = await openEnginePayload(read("terraform.tfstate"), key);
    const sealed = await sealEnginePayload(state ?? Buffer.alloc(0), new PassphraseKey(passphrase));
    expect(sealed.includes("hunter2")).toBe(false);
    expect(JSON.parse(sealed.toString())).toMatchObject({ serial: 1, lineage: expect.stringMatching(/-/) });
    writeFileSync(join(folder, "terraform.tfstate"), sealed);
    expect(JSON.parse(run("output", "-json"))).toMatchObject({ secret: { value: "hunter2" } });
    const plan = (await openEnginePayload(read("plan"), key)) ?? Buffer.alloc(0);
    writeFileSync(join(folder, "plan"), await sealEnginePayload(plan, new PassphraseKey(passphrase)));
    expect(run("show", "plan")).toContain("secret");
  });

  it("opens nothing that was changed", async () => {
    const sealed = await sealEnginePayload(Buffer.from('{"serial":1,"lineage":"l"}'), key);
    const payload = JSON.parse(sealed.toString()) as { encrypted_data: string };
    const data = Buffer.from(payload.encrypted_data, "base64");
    await fc.assert(
      fc.asyncProperty(fc.nat(data.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const changed = Buffer.from(data);
        changed[at] = (changed[at] ?? 0) ^ mask;
        const bytes = Buffer.from(JSON.stringify({ ...payload, encrypted_data: changed.toString("base64") }));
        expect(await openEnginePayload(bytes, key)).toBeUndefined();
      }),
      { numRuns: 40 },
    );
    expect(isEngineEncrypted(Buffer.from("{}"))).toBe(false);
    expect(isEngineEncrypted(Buffer.from("PK"))).toBe(false);
  });
});
