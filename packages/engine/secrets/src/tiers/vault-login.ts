import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setting } from "@infra/inventory";
import { HttpClient } from "@infra/io";
import { z } from "zod";
import { connectionFailure, denied, wrong } from "../failure.js";
import type { VaultApi } from "./vault-api.js";
import type { VaultOptions } from "./vault.js";

/** A token of Vault, and how it was come by. */
export interface Login {
  readonly token: string;
  /** `token`, `approle`, `jwt`. */
  readonly by: string;
  /** Was it made for this run? Then it ends with it. */
  readonly own: boolean;
}

const loginSchema = z.object({ auth: z.object({ client_token: z.string() }) });

/**
 * Logs in with what the environment has, in this order: a token (`VAULT_TOKEN`), an AppRole (`VAULT_ROLE_ID`, `VAULT_SECRET_ID`), the
 * identity of a CI job (a role, and a JWT from `VAULT_ID_TOKEN` or from GitHub), the token of `vault login`.
 *
 * @throws SecretFailure
 */
export async function logIn(api: VaultApi, options: VaultOptions): Promise<Login> {
  const { env, approleMount, jwtMount, hide } = options;
  const { VAULT_TOKEN: token, VAULT_ROLE_ID: role_id, VAULT_SECRET_ID: secret_id } = env;
  if (token) return { token, by: "token", own: false };
  if (role_id) return await post(api, `auth/${approleMount}/login`, { role_id, ...(secret_id ? { secret_id } : {}) });
  const role = setting(env, "VAULT_ROLE") ?? options.role;
  const jwt = role ? await jobToken(options) : undefined;
  if (jwt) {
    hide(jwt);
    return await post(api, `auth/${jwtMount}/login`, { role, jwt });
  }
  const kept = tokenFile(env);
  if (kept) return { token: kept, by: "token of vault login", own: false };
  // A Vault that is not there yet is "unavailable" also to who could not log in.
  const { status, json } = await api.ask("GET", "sys/health");
  if (status >= 500) throw api.failureOf(status, json, "sys/health");
  throw denied(
    "there is nothing to log in with",
    "Set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID; in CI give the job an ID token and set VAULT_ROLE",
  );
}

async function post(api: VaultApi, path: string, body: object): Promise<Login> {
  const { status, json } = await api.ask("POST", path, { body });
  const parsed = loginSchema.safeParse(json);
  const by = path.split("/")[1] ?? path;
  if (status === 200 && parsed.success) return { token: parsed.data.auth.client_token, by, own: true };
  if (status === 400 || status === 403)
    throw denied(`the login at ${path} was refused`, "Check the role, and that the credentials are still valid");
  throw api.failureOf(status, json, path);
}

/** The token that says who the CI job is. */
async function jobToken({ env, audience, address }: VaultOptions): Promise<string | undefined> {
  if (env["VAULT_ID_TOKEN"]) return env["VAULT_ID_TOKEN"];
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = env;
  if (!url || !bearer) return undefined;
  const asked = new URL(url);
  asked.searchParams.set("audience", audience ?? address);
  const headers = { authorization: `Bearer ${bearer}` };
  const http = new HttpClient({ answerMs: 10_000, proxy: true });
  const answer = await http.send(asked, { headers }).catch((error: unknown) => {
    throw connectionFailure(error, 10_000);
  });
  const parsed = z.object({ value: z.string().min(1) }).safeParse(await answer.json().catch(() => undefined));
  await http.close();
  if (!parsed.success)
    throw wrong(`GitHub gave no ID token (${String(answer.status)})`, "Give the job `permissions: id-token: write`");
  return parsed.data.value;
}

/** What `vault login` kept. */
function tokenFile(env: Readonly<NodeJS.ProcessEnv>): string | undefined {
  const file = join(setting(env, "HOME") ?? homedir(), ".vault-token");
  return (existsSync(file) && readFileSync(file, "utf8").trim()) || undefined;
}
