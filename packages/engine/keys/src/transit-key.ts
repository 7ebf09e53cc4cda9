import { type DataKey, type KeyProvider, type KeySource, type StateKey, versionOf } from "./state-key.js";
import type { Transit } from "./transit.js";

/** Data keys from Vault's Transit engine. What a run has had once it keeps, so it can still write when Vault is gone. */
export class TransitKey implements StateKey {
  private readonly opened = new Map<string, Promise<Buffer | undefined>>();
  private made: Promise<DataKey> | undefined;
  private latest: number | undefined;

  constructor(readonly transit: Transit) {}

  get name(): string {
    return this.transit.name;
  }

  fresh(): Promise<DataKey> {
    return (this.made ??= this.make());
  }

  async find(source: KeySource): Promise<Buffer | undefined> {
    if (source.kdf !== "transit") return undefined;
    const { wrapped } = source;
    const known = this.opened.get(wrapped) ?? this.transit.unwrap(wrapped);
    this.opened.set(wrapped, known);
    return await known;
  }

  async newest(): Promise<number | undefined> {
    if (this.made) return versionOf((await this.made).source);
    return (this.latest ??= (await this.transit.info())?.latest);
  }

  pepper(): Promise<string> {
    return this.transit.hmac("infra plan");
  }

  async provider(): Promise<KeyProvider> {
    const { address, token, namespace } = await this.transit.access();
    const { mount, key } = this.transit;
    const settings = { address, token, key_name: key, transit_engine_path: `/${mount}` };
    return { type: "openbao", settings, ...(namespace ? { env: { BAO_NAMESPACE: namespace } } : {}) };
  }

  private async make(): Promise<DataKey> {
    const { plain, wrapped } = await this.transit.dataKey();
    this.opened.set(wrapped, Promise.resolve(plain));
    return { bytes: plain, source: { kdf: "transit", wrapped } };
  }
}
