import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { infraError, InfraError, terraformProviderOf, terraformProviders } from "@infra/inventory";
import {
  type Fault,
  type MockProvider,
  type MockProviderOptions,
  parseFaults,
  reattachEnvironment,
  startMockProvider,
  usedTypes,
} from "@infra/mock-provider";

/** The mock providers of one offline run. */
export interface MockProviders {
  /** Attaches them to the engine. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * Starts a mock provider for every provider that a configuration uses; together they emulate one cloud.
 *
 * @param onCall Told of every call of the engine: its name, when it began and ended in milliseconds since 1970
 */
export async function attachMockProviders(
  configuration: Parameters<typeof usedTypes>[0],
  root: string,
  cloud: string,
  env: Readonly<NodeJS.ProcessEnv>,
  onCall?: MockProviderOptions["onCall"],
): Promise<MockProviders> {
  const faults = faultsOf(env["INFRA_FAULTS"] ?? "");
  const started: MockProvider[] = [];
  const close = async () => {
    await Promise.all(started.map((provider) => provider.close()));
  };
  try {
    for (const used of usedTypes(configuration))
      started.push(
        await startMockProvider({
          ...used,
          bindings: bindingsFolder(used.source, root),
          cloud,
          faults,
          ...(onCall && { onCall }),
        }),
      );
  } catch (error) {
    await close();
    const remedy = "Correct what it names, or remove the emulated cloud to begin with an empty one";
    // What the system refuses names its own remedy, such as a folder for temporary files.
    const isKnown = error instanceof InfraError || (error instanceof Error && "syscall" in error);
    throw isKnown ? error : infraError(messageOf(error), remedy);
  }
  return { env: reattachEnvironment(started), close };
}

function faultsOf(text: string): Fault[] {
  try {
    return parseFaults(text);
  } catch (error) {
    throw infraError(messageOf(error), "Correct INFRA_FAULTS, or unset it");
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}

/** The installed folder of the bindings of a provider. */
function bindingsFolder(source: string, root: string): string {
  const name = terraformProviderOf(source);
  if (!name) throw infraError(`the provider ${source} has no bindings here`, "Run without --offline");
  return dirname(
    createRequire(join(root, "package.json")).resolve(`${terraformProviders[name].bindings}/package.json`),
  );
}
