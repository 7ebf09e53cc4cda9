import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { PassphraseCipher } from "@infra/keys";
import { keepState, keptState, openKeptState } from "./escape.js";

let work: string;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), "infra-escape-"));
});
afterEach(() => rmSync(work, { recursive: true }));

it("keeps a state with the key of the run when the variable of the recipient is empty", async () => {
  const bytes = Buffer.from("a state");
  const state = { deployment: "production/up", lineage: "l", serial: 1, replaces: 0, reason: "storage" };
  const cipher = new PassphraseCipher("correct horse battery staple");
  for (const INFRA_AGE_RECIPIENT of ["", " , "]) {
    const env = { INFRA_AGE_RECIPIENT };
    await keepState(work, { ...state, bytes, encrypted: false }, env, cipher);
    expect(keptState(work)?.encryption).toBe("service");
    expect((await openKeptState(work, env, () => cipher)).equals(bytes)).toBe(true);
  }
});
