import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CommandClient } from "./onepassword-cli.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "op-spec-"));
  writeFileSync(join(folder, "op"), '#!/bin/sh\necho "[ERROR] 2026/11/21 10:50:03 $SAID" >&2\nexit 1\n', {
    mode: 0o755,
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ["denied", "(403) Forbidden (Service Account): you may not read the vault network"],
  ["denied", 'You do not have permission to get "item503" from "network"'],
  ["denied", "401 Unauthorized: no access to item a503b, connection refused by the owner of vault timeout"],
  ["denied", "You are not currently signed in. Please run `op signin --help` for instructions"],
  ["denied", "failed with HTTP status 403"],
  ["wrong", "the item q503x of the vault network is archived"],
  ["wrong", 'the template "(503) network is down" is of an older version'],
  ["not-found", '"network" isn\'t a vault in this account. Specify the vault with its ID or name.'],
  ["unavailable", "(503) Service Unavailable: try again later"],
  ["unavailable", "the server answered with HTTP status 502"],
  ["unavailable", "couldn't start a session: dial tcp: lookup my.1password.com: no such host"],
  ["unavailable", 'Post "https://my.1password.com/api/v2/auth/token": net/http: TLS handshake timeout'],
  ["unavailable", "a network error occurred"],
])("op is %s when it says: %s", async (kind, said) => {
  const client = new CommandClient({ PATH: process.env["PATH"], SAID: said }, join(folder, "op"));
  await expect(client.list("network")).rejects.toMatchObject({ kind });
});
