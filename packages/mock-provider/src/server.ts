import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type * as Grpc from "@grpc/grpc-js";
import { type Server, type ServiceDefinition, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { InjectedFault } from "./faults.js";
import { type ProviderService } from "./service.js";

interface Protocol {
  readonly grpc: typeof Grpc;
  readonly definition: ServiceDefinition;
}

let protocol: Promise<Protocol> | undefined;

/** gRPC and the protocol definition take a tenth of a second to load: once per process, when the first provider starts. */
function loadProtocol(): Promise<Protocol> {
  return (protocol ??= (async () => {
    const [grpc, loader] = await Promise.all([import("@grpc/grpc-js"), import("@grpc/proto-loader")]);
    const file = resolve(__dirname, "../proto/tfplugin6.proto");
    const definitions = loader.loadSync(file, { keepCase: true, longs: Number, enums: String, defaults: false });
    return { grpc, definition: definitions["tfplugin6.Provider"] as ServiceDefinition };
  })());
}

const folders = new Set<string>();
const removeFolder = (folder: string): void => {
  folders.delete(folder);
  rmSync(folder, { recursive: true, force: true });
};
const removeFolders = (): void => folders.forEach(removeFolder);

/** A private folder for a socket. The path of a socket has about a hundred bytes, so a long TMPDIR is not used. */
function socketFolder(): string {
  if (folders.size === 0 && !process.listeners("exit").includes(removeFolders)) process.once("exit", removeFolders);
  const parent = tmpdir().length > 60 ? "/tmp" : tmpdir();
  const folder = mkdtempSync(join(parent, "infra-mock-"));
  folders.add(folder);
  return folder;
}

/** A provider that listens. */
export interface ListeningServer {
  /** The path of the unix socket. */
  readonly socket: string;
  close(): void;
}

type OnCall = (name: string, begin: number, end: number) => void;

/** Serves the plugin protocol on a unix socket in a private folder. @param onCall Told of every call */
export async function listen(service: ProviderService, onCall?: OnCall): Promise<ListeningServer> {
  const { grpc, definition } = await loadProtocol();
  const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
  const server: Server = new grpc.Server(unlimited);
  server.addService(definition, implementation(service, onCall));
  const folder = socketFolder();
  const socket = join(folder, "provider.sock");
  try {
    await new Promise<void>((done, fail) => {
      server.bindAsync(`unix:${socket}`, grpc.ServerCredentials.createInsecure(), (error) =>
        error ? fail(error) : done(),
      );
    });
  } catch (error) {
    removeFolder(folder);
    throw error;
  }
  return {
    socket,
    close: () => {
      server.forceShutdown();
      removeFolder(folder);
    },
  };
}

/** The bytes come from the engine, decoded by the protocol definition: the type of a request is its message. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Handler = (request: any) => object | Promise<object>;

function implementation(service: ProviderService, onCall?: OnCall): UntypedServiceImplementation {
  const nothing: Handler = () => ({});
  const handlers: Record<string, Handler> = {
    GetMetadata: () => service.getMetadata(),
    GetProviderSchema: () => service.getProviderSchema(),
    GetResourceIdentitySchemas: nothing,
    ValidateProviderConfig: nothing,
    ValidateResourceConfig: nothing,
    ValidateDataResourceConfig: nothing,
    ConfigureProvider: (request) => service.configureProvider(request),
    UpgradeResourceState: (request) => service.upgradeResourceState(request),
    ReadResource: (request) => service.readResource(request),
    PlanResourceChange: (request) => service.planResourceChange(request),
    ApplyResourceChange: (request) => service.applyResourceChange(request),
    ImportResourceState: (request) => service.importResourceState(request),
    MoveResourceState: (request) => service.moveResourceState(request),
    ReadDataSource: (request) => service.readDataSource(request),
    GetFunctions: nothing,
    StopProvider: nothing,
  };
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [
      name,
      (call: { request: unknown }, answer: (error: null, response: object) => void) => {
        const begin = performance.now();
        Promise.resolve()
          .then(() => handler(call.request))
          .catch((error: unknown) => ({ diagnostics: [diagnosticOf(error)] }))
          .then((response) => {
            answer(null, response);
            onCall?.(name, performance.timeOrigin + begin, performance.timeOrigin + performance.now());
          });
      },
    ]),
  );
}

function diagnosticOf(error: unknown): object {
  const summary = error instanceof InjectedFault ? "mock provider: injected fault" : "mock provider";
  return { severity: "ERROR", summary, detail: error instanceof Error ? error.message : String(error) };
}
