import { resolve } from "node:path";
import { EmulatedCloud } from "./cloud.js";
import { FaultInjector, type Fault } from "./faults.js";
import { type Schema } from "./schema.js";
import { findSchema, type SchemaKind } from "./schemas.js";
import { listen } from "./server.js";
import { ProviderService, type ServedSchemas } from "./service.js";

/** What to emulate, and where its objects are kept. */
export interface MockProviderOptions {
  /** Fully qualified source, such as `registry.opentofu.org/hashicorp/aws`. */
  readonly source: string;
  /**
   * Folder of the installed bindings package, such as `node_modules/@cdktf/provider-aws`. A `schema.json` in it (the
   * output of `tofu providers schema -json`) is used as it is; else the schema is derived from the bindings.
   */
  readonly bindings: string;
  /** Resource types that the configuration uses. Types of objects that the cloud has are served besides. */
  readonly resourceTypes: readonly string[];
  /** Data source types that the configuration uses. */
  readonly dataSourceTypes: readonly string[];
  /** File of the emulated cloud (JSON Lines); created with the first object. */
  readonly cloud: string;
  /** What goes wrong. @default - nothing */
  readonly faults?: readonly Fault[];
  /** Told of every call: its name, when it began and ended in milliseconds since 1970. @default - nothing is measured */
  readonly onCall?: (name: string, begin: number, end: number) => void;
}

/** A mock provider that listens on a socket. */
export interface MockProvider {
  /** Its entry of `TF_REATTACH_PROVIDERS`, by source. */
  readonly reattach: Record<string, unknown>;
  /** Stops listening, removes the socket and compacts the file of the cloud. */
  close(): Promise<void>;
}

/**
 * Starts a mock provider in this process.
 * @throws Error that names the types which the bindings do not have
 */
export async function startMockProvider(options: MockProviderOptions): Promise<MockProvider> {
  const cloud = EmulatedCloud.open(options.cloud);
  try {
    const schemas = servedSchemas(options, cloud);
    const service = new ProviderService(options.source, schemas, cloud, new FaultInjector(options.faults ?? []));
    const server = await listen(service, options.onCall);
    let closed = false;
    const close = async (): Promise<void> => {
      if (closed) return;
      closed = true;
      server.close();
      cloud.close();
    };
    return { reattach: { [options.source]: reattachEntry(server.socket) }, close };
  } catch (error) {
    cloud.close();
    throw error;
  }
}

/** The environment that attaches several providers to one run of the engine. */
export function reattachEnvironment(providers: readonly MockProvider[]): { TF_REATTACH_PROVIDERS: string } {
  const entries = providers.map((provider) => provider.reattach);
  return { TF_REATTACH_PROVIDERS: JSON.stringify(Object.assign({}, ...entries)) };
}

function reattachEntry(socket: string): object {
  return {
    Protocol: "grpc",
    ProtocolVersion: 6,
    Pid: process.pid,
    Test: true,
    Addr: { Network: "unix", String: socket },
  };
}

function servedSchemas(options: MockProviderOptions, cloud: EmulatedCloud): ServedSchemas {
  const bindings = resolve(options.bindings);
  const missing: string[] = [];
  const all = (kind: SchemaKind, types: Iterable<string>): Map<string, Schema> => {
    const schemas = new Map<string, Schema>();
    for (const type of types) {
      const schema = findSchema(bindings, kind, type);
      if (schema) schemas.set(type, schema);
      else missing.push(`${kind} ${type}`);
    }
    return schemas;
  };
  const kept = cloud.list().map((object) => object.type);
  const ofThisProvider = [...new Set(kept)].filter((type) => findSchema(bindings, "resource", type));
  const resources = all("resource", new Set([...options.resourceTypes, ...ofThisProvider]));
  const dataSources = all("data source", options.dataSourceTypes);
  if (missing.length > 0) {
    throw new Error(
      `${bindings} has no binding for ${missing.join(", ")} of ${options.source}. ` +
        `Check the spelling of the type, or install a version of the bindings that has it.`,
    );
  }
  return { provider: findSchema(bindings, "provider", "") ?? { version: 0, block: {} }, resources, dataSources };
}
