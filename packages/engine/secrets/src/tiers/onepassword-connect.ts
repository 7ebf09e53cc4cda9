import { z } from "zod";
import { denied, notFound, type SecretFailure, unavailable, wrong } from "../failure.js";
import { Api, type ApiRequest } from "./http.js";
import { type Item, itemListSchema, itemSchema, type OnePasswordClient } from "./onepassword.js";

const vaultsSchema = z.array(z.object({ id: z.string(), name: z.string() }));

/** A 1Password Connect server: https://developer.1password.com/docs/connect/api-reference */
export class ConnectClient implements OnePasswordClient {
  private readonly api: Api;
  private vaults: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(
    readonly where: string,
    private readonly token: string,
  ) {
    this.api = new Api(`${where.replace(/\/+$/, "")}/v1/`);
  }

  async check(): Promise<string> {
    return `Connect, ${String((await this.vaultIds()).size)} vaults`;
  }

  async list(vault: string) {
    return itemListSchema.parse(await this.ask(`vaults/${await this.vaultId(vault)}/items`));
  }

  async get(vault: string, id: string): Promise<Item> {
    return itemSchema.parse(await this.ask(`vaults/${await this.vaultId(vault)}/items/${id}`));
  }

  async create(vault: string, item: object): Promise<void> {
    const id = await this.vaultId(vault);
    await this.ask(`vaults/${id}/items`, { method: "POST", body: { ...item, vault: { id } } });
  }

  async replace(vault: string, item: Item): Promise<void> {
    await this.ask(`vaults/${await this.vaultId(vault)}/items/${item.id}`, { method: "PUT", body: item });
  }

  close(): Promise<void> {
    return this.api.close();
  }

  private async vaultId(name: string): Promise<string> {
    const vaults = await this.vaultIds();
    const id = vaults.get(name);
    if (id !== undefined) return id;
    throw notFound(
      `the token sees no vault ${name}`,
      `Give it access to ${name}; it sees ${[...vaults.keys()].join(", ") || "none"}`,
    );
  }

  private vaultIds(): Promise<ReadonlyMap<string, string>> {
    const ask = async () => {
      const vaults = vaultsSchema.parse(await this.ask("vaults"));
      return new Map(vaults.flatMap(({ id, name }) => [[id, id] as const, [name, id] as const]));
    };
    return (this.vaults ??= ask());
  }

  private async ask(path: string, request: ApiRequest = {}): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.token}` };
    const { status, json } = await this.api.ask(path, { ...request, headers });
    if (status >= 200 && status < 300) return json;
    throw failureOf(status);
  }
}

function failureOf(status: number): SecretFailure {
  if (status === 401) return denied("Connect refuses the token", "Set OP_CONNECT_TOKEN to a token that is still valid");
  if (status === 403) return denied("the token may not do this", "Give the token access to the vault");
  if (status === 404) return notFound("Connect knows no such item", "Create it");
  if (status === 429 || status >= 500) return unavailable(`Connect answered ${String(status)}`, "Look at its log");
  return wrong(`Connect answered ${String(status)}`, "Check OP_CONNECT_HOST");
}
