import { type EmulatedCloud } from "./cloud.js";
import { keptValues, refusalOf } from "./cloud-rules.js";
import { withComputed } from "./computed-values.js";
import { type FaultInjector } from "./faults.js";
import { digest, idOf } from "./identifiers.js";
import { planChange } from "./plan.js";
import { toWireSchema, typeOfBlock, type Block, type Schema } from "./schema.js";
import { concealed, revealed } from "./sensitive.js";
import { TypeMismatch, conform, decode, encode, isObject, type ValueObject } from "./value.js";

/** What a mock provider serves. */
export interface ServedSchemas {
  readonly provider: Schema;
  readonly resources: ReadonlyMap<string, Schema>;
  readonly dataSources: ReadonlyMap<string, Schema>;
}

interface DynamicValue {
  readonly msgpack?: Uint8Array;
  readonly json?: Uint8Array;
}

interface TypedRequest {
  readonly type_name: string;
}

/** A request that no mock provider can answer; the message says what to do. */
class Refused extends Error {}

const defaultRegion = "us-east-1";

/** The operations of the plugin protocol over an emulated cloud; one instance serves one provider. */
export class ProviderService {
  readonly #regions = new Set<string>();

  constructor(
    readonly source: string,
    readonly schemas: ServedSchemas,
    readonly cloud: EmulatedCloud,
    readonly faults: FaultInjector,
  ) {}

  getProviderSchema(): object {
    const wire = (schemas: ReadonlyMap<string, Schema>) =>
      Object.fromEntries([...schemas].map(([type, schema]) => [type, toWireSchema(schema)]));
    return {
      provider: toWireSchema(this.schemas.provider),
      resource_schemas: wire(this.schemas.resources),
      data_source_schemas: wire(this.schemas.dataSources),
      server_capabilities: { get_provider_schema_optional: true },
    };
  }

  getMetadata(): object {
    const names = (schemas: ReadonlyMap<string, Schema>) => [...schemas.keys()].map((type_name) => ({ type_name }));
    return { resources: names(this.schemas.resources), data_sources: names(this.schemas.dataSources) };
  }

  configureProvider(request: { config: DynamicValue }): object {
    const region = this.#decode(request.config, this.schemas.provider.block)?.["region"];
    this.#regions.add(typeof region === "string" ? region : defaultRegion);
    return {};
  }

  upgradeResourceState(request: TypedRequest & { raw_state: { json?: Uint8Array } }): object {
    const { block } = this.#resource(request.type_name);
    if (!request.raw_state.json?.length) throw new Refused(`The state of ${request.type_name} is too old to be read.`);
    const raw: unknown = JSON.parse(Buffer.from(request.raw_state.json).toString());
    const value = conform(raw, typeOfBlock(block));
    return {
      upgraded_state: value === raw ? { json: request.raw_state.json } : this.#encode(value as ValueObject, block),
    };
  }

  async readResource(request: TypedRequest & { current_state: DynamicValue; private: Uint8Array }): Promise<object> {
    const { block } = this.#resource(request.type_name);
    await this.faults.strike(request.type_name, "read");
    const state = this.#decode(request.current_state, block);
    const object = state && this.cloud.get(request.type_name, this.#idIn(state, request.private));
    if (!object) return { new_state: this.#encode(null, block), private: request.private };
    this.cloud.confirm(object.type, object.id);
    const values = revealed(block, this.#stored(object.type, object.id), state);
    return { new_state: this.#encode(values, block), private: privateOf(object.id) };
  }

  planResourceChange(
    request: TypedRequest & {
      prior_state: DynamicValue;
      proposed_new_state: DynamicValue;
      config: DynamicValue;
      prior_private: Uint8Array;
    },
  ): object {
    const { block } = this.#resource(request.type_name);
    const prior = this.#decode(request.prior_state, block);
    const proposed = this.#decode(request.proposed_new_state, block);
    if (prior) this.cloud.confirm(request.type_name, this.#idIn(prior, request.prior_private));
    if (!proposed) return { planned_state: this.#encode(null, block), planned_private: request.prior_private };
    const config = this.#decode(request.config, block) ?? {};
    const { planned, requiresReplace } = planChange(request.type_name, block, prior, proposed, config);
    return {
      planned_state: this.#encode(planned, block),
      planned_private: request.prior_private,
      requires_replace: requiresReplace.map((name) => ({ steps: [{ attribute_name: name }] })),
    };
  }

  async applyResourceChange(
    request: TypedRequest & { prior_state: DynamicValue; planned_state: DynamicValue; planned_private: Uint8Array },
  ): Promise<object> {
    const { type_name: type } = request;
    const { block } = this.#resource(type);
    const prior = this.#decode(request.prior_state, block);
    const planned = this.#decode(request.planned_state, block);
    if (!planned) {
      await this.faults.strike(type, "delete");
      if (prior) this.cloud.delete(type, this.#idIn(prior, request.planned_private));
      return { new_state: this.#encode(null, block) };
    }
    await this.faults.strike(type, prior ? "update" : "create");
    const id = prior ? this.#idIn(prior, request.planned_private) : this.#create(type, block, planned);
    const values = keptValues(type, this.#completed(type, block, planned, id));
    if (prior) this.#replace(type, id, concealed(block, values));
    return { new_state: this.#encode(values, block), private: privateOf(id) };
  }

  importResourceState(request: TypedRequest & { id: string }): object {
    const { type_name: type, id } = request;
    const { block } = this.#resource(type);
    if (!this.cloud.get(type, id)) {
      const known = this.cloud.list().filter((object) => object.type === type);
      const ids = known.slice(0, 5).map((object) => object.id);
      throw new Refused(
        `${type} "${id}" is not in the emulated cloud ${this.cloud.file}. ` +
          (ids.length > 0 ? `It has: ${ids.join(", ")}${known.length > 5 ? ", …" : ""}.` : `It has no ${type}.`),
      );
    }
    this.cloud.confirm(type, id);
    const state = this.#encode(this.#stored(type, id), block);
    return { imported_resources: [{ type_name: type, state, private: privateOf(id) }] };
  }

  async readDataSource(request: TypedRequest & { config: DynamicValue }): Promise<object> {
    const { type_name: type } = request;
    const schema = this.schemas.dataSources.get(type);
    if (!schema) throw this.#notServed(type);
    await this.faults.strike(type, "read");
    const config = this.#decode(request.config, schema.block) ?? {};
    const { planned } = planChange(type, schema.block, null, config, config);
    const seed = digest(type, JSON.stringify(config));
    const context = { type, seed, id: idOf(type, seed), region: this.#region, dataSource: true };
    return { state: this.#encode(withComputed(schema.block, planned, context), schema.block) };
  }

  moveResourceState(request: { source_type_name: string; target_type_name: string }): never {
    throw new Refused(
      `It cannot move ${request.source_type_name} to ${request.target_type_name}: only a real provider knows how. ` +
        `Move within one type, or remove the one and import the other.`,
    );
  }

  #create(type: string, block: Block, planned: ValueObject): string {
    const token = digest(type, JSON.stringify(planned));
    const object = this.cloud.create(type, token, (ordinal) => {
      const id = idOf(type, digest(token, String(ordinal)));
      const values = keptValues(type, this.#completed(type, block, planned, id));
      this.#admit(type, undefined, values);
      return { id, values: concealed(block, values) };
    });
    return object.id;
  }

  #replace(type: string, id: string, values: ValueObject): void {
    if (!this.cloud.get(type, id))
      throw new Refused(`${type} ${id} is not in the emulated cloud ${this.cloud.file} any more.`);
    this.#admit(type, id, values);
    this.cloud.put({ type, id, values });
  }

  /** Refuses what the real cloud would not take beside its other objects. */
  #admit(type: string, id: string | undefined, values: ValueObject): void {
    const refusal = refusalOf(type, id, values, this.cloud);
    if (refusal !== undefined) throw new Refused(refusal);
  }

  #completed(type: string, block: Block, planned: ValueObject, id: string): ValueObject {
    return withComputed(block, planned, { type, seed: id, id, region: this.#region, dataSource: false });
  }

  /** The region of the configuration; of several configurations, none is preferred. */
  get #region(): string {
    const [region = defaultRegion, ...others] = this.#regions;
    return others.length === 0 ? region : defaultRegion;
  }

  #stored(type: string, id: string): ValueObject {
    const values = this.cloud.get(type, id)?.values ?? {};
    try {
      return conform(values, typeOfBlock(this.#resource(type).block)) as ValueObject;
    } catch (error) {
      if (!(error instanceof TypeMismatch)) throw error;
      throw new Refused(`${this.cloud.file}: ${type} ${id}: ${error.message}. Correct the value in the file.`);
    }
  }

  /** The key in the cloud: the id attribute, or for types without one what an answer left in the private data. */
  #idIn(state: ValueObject, privateData: Uint8Array | undefined): string {
    const id = state["id"];
    if (typeof id === "string" || typeof id === "number") return String(id);
    return privateData?.length ? Buffer.from(privateData).toString() : "";
  }

  #resource(type: string): Schema {
    const schema = this.schemas.resources.get(type);
    if (!schema) throw this.#notServed(type);
    return schema;
  }

  #notServed(type: string): Refused {
    return new Refused(
      `${type} is not served: it was not among the types this provider (${this.source}) was started for.`,
    );
  }

  #decode(value: DynamicValue, block: Block): ValueObject | null {
    const type = typeOfBlock(block);
    const decoded = value.msgpack?.length
      ? decode(value.msgpack, type)
      : value.json?.length
        ? conform(JSON.parse(Buffer.from(value.json).toString()), type)
        : null;
    return isObject(decoded) ? decoded : null;
  }

  #encode(value: ValueObject | null, block: Block): { msgpack: Uint8Array } {
    return { msgpack: encode(value, typeOfBlock(block)) };
  }
}

const privateOf = (id: string): Buffer => Buffer.from(id);
