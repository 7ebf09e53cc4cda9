import { generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { VaultServer } from "@infra/services";

/** Who issues the tokens that say which job it is: to GitLab's jobs as a variable, to GitHub's when they ask. */
export interface Issuer {
  /** What a job of GitLab has. */
  readonly token: string;
  /** What a job of GitHub has to ask with. */
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const policy = `
path "secret/data/acme/*" { capabilities = ["read"] }
path "transit/+/acme.*" { capabilities = ["read", "create", "update"] }
path "transit/+/+/acme.*" { capabilities = ["read", "create", "update"] }`;

/** Starts one that Vault trusts: a job gets the role `plan`, which reads secrets of the product acme and uses the keys of its states. */
export async function startIssuer(vault: VaultServer): Promise<Issuer> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: "acme/shop", aud: "vault", iss: "https://ci.example", iat: now, exp: now + 3600 };
  const body = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  const token = `${body}.${sign("sha256", Buffer.from(body), privateKey).toString("base64url")}`;
  await vault.root("POST", "sys/mounts/transit", { type: "transit" });
  await vault.root("PUT", "sys/policies/acl/plan", { policy });
  await vault.root("POST", "sys/auth/jwt", { type: "jwt" });
  const pem = publicKey.export({ type: "spki", format: "pem" });
  await vault.root("POST", "auth/jwt/config", { jwt_validation_pubkeys: [pem], bound_issuer: "https://ci.example" });
  const role = { role_type: "jwt", bound_audiences: ["vault"], user_claim: "sub", token_policies: ["plan"] };
  await vault.root("POST", "auth/jwt/role/plan", role);
  const server = createServer((_, response) => response.end(JSON.stringify({ value: token })));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    token,
    variables: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${String(port)}/token?api-version=2`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "job",
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
