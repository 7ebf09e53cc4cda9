import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { InfraError, SecretReference } from "@infra/inventory";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fuzzRuns } from "../../test/mutations.js";
import { Mask } from "@infra/io";
import { EnvironmentTier } from "./tiers/environment.js";
import { ConnectClient } from "./tiers/onepassword-connect.js";
import { OnePasswordTier } from "./tiers/onepassword.js";
import { Secrets } from "./secrets.js";
import type { SecretTier } from "./tiers/tier.js";
import { VaultTier } from "./tiers/vault.js";

const canary = "canary-in-an-answer";

const login = { status: 200, body: '{"data":{"ttl":0}}' };

let server: Server;
let url: string;
let answer: { status: number; body: string };
/** Does Vault let everybody in, so that what is asked afterwards gets the answer? */
let open: boolean;

beforeAll(async () => {
  server = createServer(({ url: path }, response) => {
    const { status, body } = open && path?.endsWith("/lookup-self") ? login : answer;
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Anything, and things that look like an answer. */
const data = fc.oneof(
  fc.jsonValue(),
  fc.constant(canary),
  fc.dictionary(fc.constantFrom("a", "b"), fc.constant(canary)),
);
/** Names are shown: to who misspelt one. */
const names = fc.oneof(fc.constantFrom("acme", "y", "a"), fc.string(), fc.constant(null));
const fields = fc.oneof(data, fc.array(fc.record({ id: names, label: names, value: data, section: data })));
const bodies = fc.oneof(
  fc.string(),
  data.map((each) => JSON.stringify(each)),
  fc
    .record({
      data: fc.oneof(data, fc.record({ data, metadata: data, path: data, type: data, ttl: fc.integer() })),
      auth: data,
    })
    .map((each) => JSON.stringify(each)),
  fc.array(fc.record({ id: names, name: names, title: names, fields })).map((each) => JSON.stringify(each)),
);
// Without those that are asked again after a pause.
const statuses = fc.constantFrom(200, 200, 200, 204, 302, 400, 401, 403, 404, 418, 429, 501, 503);

const tiers: Record<string, () => SecretTier> = {
  Vault: () =>
    new VaultTier({
      address: url,
      mount: "secret",
      jwtMount: "jwt",
      approleMount: "approle",
      env: { HOME: "/nowhere", VAULT_TOKEN: "t" },
      hide: () => undefined,
    }),
  Connect: () => new OnePasswordTier(new ConnectClient(url, "t"), "acme"),
};

it.each(Object.entries(tiers))(
  "whatever a server in the place of %s answers is a value or a problem, and no problem holds a value",
  async (_name, make) => {
    await fc.assert(
      fc.asyncProperty(statuses, bodies, fc.boolean(), async (status, body, isOpen) => {
        open = isOpen;
        answer = { status, body: status === 204 ? "" : body };
        const secrets = new Secrets([make(), new EnvironmentTier({})], [], new Mask([]));
        try {
          const { value } = await secrets.of(SecretReference.parse("secret://x/y#a"));
          expect(typeof value).toBe("string");
        } catch (error) {
          expect(error).toBeInstanceOf(InfraError);
          expect(String(error)).not.toContain(canary);
        } finally {
          await secrets.close();
        }
      }),
      { numRuns: fuzzRuns },
    );
  },
  1_800_000,
);
