import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { VaultTier } from "./tiers/vault.js";

/** How the first answers of what is read are lost: by a status, or with the connection. */
let losses: (number | "cut")[];
let asked: string[];
let server: Server;
let tier: VaultTier;

const mounts: Record<string, object> = {
  "/v1/sys/internal/ui/mounts/database/creds/app": { path: "database/", type: "database", options: null },
  "/v1/sys/internal/ui/mounts/acme/app": { path: "acme/", type: "kv", options: null },
};

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    const path = request.url ?? "";
    const answer = (data: object) => response.end(JSON.stringify({ data, lease_id: "", lease_duration: 0 }));
    if (path.includes("lookup-self")) return answer({ ttl: 0 });
    if (mounts[path]) return answer(mounts[path]);
    asked.push(path);
    const loss = losses.shift();
    if (loss === undefined) return answer({ password: "made" });
    return loss === "cut" ? request.destroy() : response.writeHead(loss).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  tier = new VaultTier({
    address: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    mount: "secret",
    jwtMount: "jwt",
    approleMount: "approle",
    env: { HOME: "/nowhere", VAULT_TOKEN: "token" },
    hide: () => undefined,
  });
});
afterEach(async () => {
  await tier.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

it.each([500, 502, 504, "cut"] as const)(
  "credentials that are made for the run are asked for once, also when the answer is lost (%s): nobody could revoke them",
  async (loss) => {
    losses = [loss];
    await expect(tier.read("database/creds/app")).rejects.toMatchObject({ kind: "unavailable" });
    expect(asked).toEqual(["/v1/database/creds/app"]);
  },
);

it.each([502, "cut"] as const)("what is kept is asked for again when the answer is lost (%s)", async (loss) => {
  losses = [loss];
  expect(await tier.read("acme/app")).toEqual({ password: "made" });
  expect(asked).toEqual(["/v1/acme/app", "/v1/acme/app"]);
});
