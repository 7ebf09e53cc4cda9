import { z } from "zod";
import { denied, SecretFailure, unavailable, wrong } from "../failure.js";
import { fieldsOf } from "./fields.js";
import type { ApiAnswer, ApiRequest } from "./http.js";
import { Renewals } from "../renewals.js";
import type { Fields, SecretTier } from "./tier.js";
import { VaultApi } from "./vault-api.js";
import { type Login, logIn } from "./vault-login.js";

/** Which Vault, and how to log in. */
export interface VaultOptions {
  /** `https://vault.example:8200`. */
  readonly address: string;
  readonly namespace?: string | undefined;
  /** The KV version 2 mount of paths that name no mount. */
  readonly mount: string;
  readonly role?: string | undefined;
  readonly jwtMount: string;
  readonly approleMount: string;
  readonly audience?: string | undefined;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Is told the tokens that must not be shown. */
  readonly hide: (value: string) => void;
}

const lookupSchema = z.object({
  data: z.object({ ttl: z.number(), renewable: z.boolean().optional(), policies: z.array(z.string()).default([]) }),
});
const mountSchema = z.object({
  data: z.object({
    path: z.string(),
    type: z.string(),
    options: z.object({ version: z.string().optional() }).nullish(),
  }),
});
const versionedSchema = z.object({
  data: z.object({ data: z.record(z.string(), z.unknown()).nullable(), metadata: z.object({ version: z.number() }) }),
});
const secretSchema = z.object({
  data: z.record(z.string(), z.unknown()).nullable(),
  lease_id: z.string().default(""),
  lease_duration: z.number().default(0),
  renewable: z.boolean().default(false),
});
const healthSchema = z.object({ version: z.string(), sealed: z.boolean(), initialized: z.boolean() });
const renewedSchema = z.object({ lease_duration: z.number() });

/** What keeps a path: a KV mount, or an engine that makes credentials when it is asked. */
interface Keeper {
  readonly kind: "kv2" | "kv1" | "dynamic";
  /** Path of the request. */
  readonly path: string;
}

/**
 * HashiCorp Vault: `secret://acme/database#password` is the key `password` of `acme/database` in the KV mount; a path that begins with
 * another mount, such as `secret://aws/creds/deploy#access_key`, is read there. Credentials that are made for the run are renewed while
 * it lasts, and revoked at its end.
 */
export class VaultTier implements SecretTier {
  readonly name = "vault";
  readonly where: string;
  /** Its HTTP API. */
  readonly api: VaultApi;
  private readonly renewals = new Renewals();
  private readonly leases = new Set<string>();
  private readonly dynamic = new Set<string>();
  private session: Promise<Login> | undefined;

  constructor(private readonly options: VaultOptions) {
    this.where = options.address;
    this.api = new VaultApi(options.address, options.namespace, options.env["VAULT_CACERT"]);
  }

  /** The KV version 2 mount of paths that name no mount. */
  get mount(): string {
    return this.options.mount;
  }

  /** The token that it was given. @default - it logs in by other means */
  get token(): string | undefined {
    return this.options.env["VAULT_TOKEN"];
  }

  /** What another program needs to ask the same Vault as the same user. @throws SecretFailure when nobody can log in */
  async access(): Promise<{ address: string; namespace: string | undefined; token: string }> {
    const { address, namespace } = this.options;
    return { address, namespace, token: (await this.logIn()).token };
  }

  /** Asks its API as who logged in, again when the connection broke. @throws SecretFailure unless it is a success or of `accepted` */
  async ask(
    method: NonNullable<ApiRequest["method"]>,
    path: string,
    body?: object,
    accepted: readonly number[] = [],
  ): Promise<ApiAnswer> {
    const { token } = await this.logIn();
    const answer = await this.api.ask(method, path, { token, repeat: true, ...(body ? { body } : {}) });
    if (answer.status < 300 || accepted.includes(answer.status)) return answer;
    throw await this.failureOf(answer, path);
  }

  /** The same Vault for who has another token. */
  withToken(token: string): VaultTier {
    return new VaultTier({ ...this.options, env: { ...this.options.env, VAULT_TOKEN: token } });
  }

  async check(): Promise<string> {
    const { status, json } = await this.api.ask("GET", "sys/health");
    const health = healthSchema.safeParse(json);
    if (!health.success) throw unavailable(`it answered ${String(status)} and is no Vault`, "Correct its address");
    if (!health.data.initialized || health.data.sealed)
      throw this.api.failureOf(health.data.initialized ? 503 : 501, { errors: ["Vault is sealed"] }, "sys/health");
    const { by, token } = await this.logIn();
    const { data } = await this.lookUp(token);
    const ends = data.ttl === 0 ? "never ends" : `ends in ${String(Math.ceil(data.ttl / 60))} min`;
    return `Vault ${health.data.version}, login by ${by}, policies ${data.policies.join(", ")}, ${ends}`;
  }

  async read(path: string): Promise<Fields> {
    const keeper = await this.keeperOf(path);
    // What was made for an answer that is lost could not be revoked: it is not made again.
    const answer = await this.get(keeper.path, keeper.kind === "dynamic" ? { repeat: false } : {});
    if (keeper.kind === "kv2") return fieldsOf(versionedSchema.parse(answer).data.data);
    const secret = secretSchema.parse(answer);
    const fields = fieldsOf(secret.data);
    if (keeper.kind === "dynamic" && secret.lease_id) this.keepLease(path, secret);
    return fields;
  }

  async has(path: string, fields: readonly string[]): Promise<readonly string[]> {
    const keeper = await this.keeperOf(path);
    if (keeper.kind !== "dynamic") return Object.keys(await this.read(path));
    const { json } = await this.authorized("POST", "sys/capabilities-self", { paths: [keeper.path] });
    const { capabilities = [] } = json as { capabilities?: string[] };
    if (capabilities.includes("read") || capabilities.includes("root")) return fields;
    throw this.api.failureOf(403, undefined, keeper.path);
  }

  async write(path: string, fields: Fields): Promise<void> {
    const keeper = await this.keeperOf(path);
    if (keeper.kind === "dynamic") throw wrong(`${path} is made when it is read`, "Change its role in Vault");
    const found = await this.authorized("GET", keeper.path);
    if (found.status !== 404 && found.status !== 200) throw await this.failureOf(found, keeper.path);
    const versioned = versionedSchema.safeParse(found.json);
    const [data, version] = versioned.success
      ? [versioned.data.data.data ?? {}, versioned.data.data.metadata.version]
      : [(secretSchema.safeParse(found.json).data?.data ?? {}) as Record<string, unknown>, 0];
    const merged = { ...data, ...fields };
    const body = keeper.kind === "kv1" ? merged : { data: merged, options: { cas: version } };
    const written = await this.authorized("POST", keeper.path, body);
    if (written.status !== 200 && written.status !== 204) throw await this.failureOf(written, keeper.path);
  }

  isDynamic(path: string): boolean {
    return this.dynamic.has(path);
  }

  async close(): Promise<readonly string[]> {
    const notes = [...this.renewals.stop()];
    const login = await this.session?.catch(() => undefined);
    if (login)
      for (const lease of this.leases) {
        const ended = await this.end("sys/leases/revoke", login, { lease_id: lease });
        if (ended !== undefined)
          notes.push(`the credentials of ${lease} were not revoked and end by themselves: ${ended}`);
      }
    if (login?.own) {
      const ended = await this.end("auth/token/revoke-self", login);
      if (ended !== undefined) notes.push(`the run's token was not revoked and ends by itself: ${ended}`);
    }
    await this.api.close();
    return notes;
  }

  /** @returns why it did not end, or nothing */
  private async end(path: string, { token }: Login, body?: object): Promise<string | undefined> {
    try {
      const { status, json } = await this.api.ask("POST", path, { token, ...(body ? { body } : {}) });
      return status < 300 ? undefined : this.api.failureOf(status, json, path).reason;
    } catch (error) {
      return error instanceof SecretFailure ? error.reason : String(error);
    }
  }

  /** The mount is asked from Vault, as its own command does; who may not know it is meant to use the KV mount. */
  private async keeperOf(path: string): Promise<Keeper> {
    const { status, json } = await this.authorized("GET", `sys/internal/ui/mounts/${path}`);
    const parsed = mountSchema.safeParse(json);
    if (status >= 500 || status === 429) throw await this.failureOf({ status, json }, path);
    if (!parsed.success) return { kind: "kv2", path: `${this.options.mount}/data/${path}` };
    const { path: mount, type, options } = parsed.data.data;
    if (type !== "kv" && type !== "generic") {
      this.dynamic.add(path);
      return { kind: "dynamic", path };
    }
    if (options?.version !== "2") return { kind: "kv1", path };
    return { kind: "kv2", path: `${mount}data/${path.slice(mount.length)}` };
  }

  private keepLease(path: string, { lease_id, lease_duration, renewable }: z.output<typeof secretSchema>): void {
    this.leases.add(lease_id);
    if (!renewable) return;
    this.renewals.keep(`the credentials of ${path}`, lease_duration, async () => {
      const { status, json } = await this.authorized("POST", "sys/leases/renew", { lease_id });
      if (status !== 200) throw await this.failureOf({ status, json }, "sys/leases/renew");
      return renewedSchema.parse(json).lease_duration;
    });
  }

  private async get(path: string, options: Pick<ApiRequest, "repeat">): Promise<unknown> {
    const { token } = await this.logIn();
    const answer = await this.api.ask("GET", path, { token, ...options });
    if (answer.status !== 200) throw await this.failureOf(answer, path);
    return answer.json;
  }

  private async authorized(method: NonNullable<ApiRequest["method"]>, path: string, body?: object): Promise<ApiAnswer> {
    const { token } = await this.logIn();
    return await this.api.ask(method, path, { token, ...(body ? { body } : {}) });
  }

  /** Vault says 403 to a token that has ended, too. */
  private async failureOf({ status, json }: ApiAnswer, path: string): Promise<SecretFailure> {
    if (status === 403) await this.lookUp((await this.logIn()).token);
    return this.api.failureOf(status, json, path);
  }

  private logIn(): Promise<Login> {
    return (this.session ??= this.begin());
  }

  private async begin(): Promise<Login> {
    const { address } = this.options;
    const { protocol, hostname } = new URL(address);
    if (protocol === "http:" && !/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname))
      throw wrong(`${address} is not encrypted, and not this machine`, "Use https");
    const login = await logIn(this.api, this.options);
    this.options.hide(login.token);
    const { data } = await this.lookUp(login.token);
    if (data.renewable)
      this.renewals.keep("the token", data.ttl, async () => {
        const { status, json } = await this.api.ask("POST", "auth/token/renew-self", { token: login.token });
        if (status !== 200) throw this.api.failureOf(status, json, "auth/token/renew-self");
        return z.object({ auth: renewedSchema }).parse(json).auth.lease_duration;
      });
    return login;
  }

  private async lookUp(token: string): Promise<z.output<typeof lookupSchema>> {
    const { status, json } = await this.api.ask("GET", "auth/token/lookup-self", { token });
    const parsed = lookupSchema.safeParse(json);
    if (status === 200 && parsed.success) return parsed.data;
    if (status === 403)
      throw denied("the token is not valid, or has expired", "Log in again: vault login, or set a new VAULT_TOKEN");
    throw this.api.failureOf(status, json, "auth/token/lookup-self");
  }
}
