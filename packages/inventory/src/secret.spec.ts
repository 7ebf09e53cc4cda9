import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { InfraError } from "./errors.js";
import { jsonSchema, orSecret } from "./schema.js";
import { parseDocument } from "./document.js";
import { loadInventory } from "./inventory.js";
import { SecretReference } from "./secret.js";

function problems(action: () => unknown) {
  try {
    action();
  } catch (error) {
    if (error instanceof InfraError) return error.problems;
    throw error;
  }
  throw new Error("no problem found");
}

describe("a secret in the inventory", () => {
  it("is read where a text is written, with its place", () => {
    const located = parseDocument("x.yaml", Buffer.from("a:\n  b: [secret://acme/db#password]\n"));
    const value = located.entries?.get("a")?.entries?.get("b")?.items?.[0]?.value as SecretReference;
    expect(value).toBeInstanceOf(SecretReference);
    expect(value).toMatchObject({ path: "acme/db", field: "password", place: { file: "x.yaml", line: 2, column: 7 } });
    expect(String(value)).toBe("secret://acme/db#password");
    expect(JSON.stringify({ value })).toBe('{"value":"secret://acme/db#password"}');
  });

  it.each([
    ["secret://acme/db", "it names no field"],
    ["secret://#password", "its path or its field is not well formed"],
    ["secret://acme//db#password", "its path or its field is not well formed"],
    ["secret://../db#password", "its path or its field is not well formed"],
    ["secret://acme/db#pass word", "its path or its field is not well formed"],
    ["postgres://app:secret://acme/db#password@host", "a secret is the whole value, with nothing before it"],
  ])("is refused when it is written as %s", (text, flaw) => {
    expect(problems(() => parseDocument("x.yaml", Buffer.from(`a: ${JSON.stringify(text)}`)))).toEqual([
      {
        message: `${JSON.stringify(text)} is not a secret: ${flaw}`,
        remedy: expect.stringContaining("for example secret://acme/database#password") as string,
        place: { file: "x.yaml", line: 1, column: 4, endColumn: 4 + JSON.stringify(text).length },
      },
    ]);
  });

  it("reads any text as a text, a secret or a problem", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(String(SecretReference.parse(`secret://${text}`))).toBe(`secret://${text}`);
        } catch (error) {
          expect(error).toBeInstanceOf(InfraError);
        }
      }),
    );
  });

  it("has a variable of its own, whose name the engine accepts", () => {
    const names = ["a/b#c", "a/b-c#d", "a/b_c#d", "a/b#c.d", "a.b#c", "a/b#C"].map(
      (text) => SecretReference.parse(`secret://${text}`).variable,
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z0-9_]*$/);
  });

  it("is a pattern in the JSON Schema", () => {
    expect(jsonSchema(z.strictObject({ password: orSecret(z.string()) }))).toMatchObject({
      properties: { password: { anyOf: [{ type: "string" }, { type: "string", pattern: "^secret://[^#]+#[^#]+$" }] } },
    });
  });
});

describe("an inventory with secrets", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "secret-spec-"));
    mkdirSync(join(folder, "production"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

  it("lists those of a deployment, also the ones that it inherits, and says where they are kept", () => {
    write(
      "product.yaml",
      "product: acme\nprovider: hetzner\nregion: fsn1\nsecrets: { vault: { address: 'https://v:8200' } }\nstacks: { db: { a: secret://acme/shared#a } }\n",
    );
    write("production/db.yaml", "config: { b: secret://acme/own#b }\n");
    const { deployments, secrets } = loadInventory(folder);
    expect(deployments[0]?.secrets.map(String)).toEqual(["secret://acme/shared#a", "secret://acme/own#b"]);
    expect(secrets?.vault).toMatchObject({ address: "https://v:8200", mount: "secret" });
  });

  it("is refused when it says wrongly where they are kept", () => {
    write("product.yaml", "product: acme\nprovider: hetzner\nregion: fsn1\nsecrets: { vault: { address: v } }\n");
    expect(problems(() => loadInventory(folder))[0]).toMatchObject({ path: "secrets.vault.address" });
  });
});
