import type { Located } from "@infra/inventory";

/** A reference to another deployment, and the keys that lead to it; a list is one value, so its keys end there. */
export interface FoundReference {
  readonly path: readonly string[];
  /** Environment of the upstream deployment. @default - the same as the deployment that refers to it */
  readonly environment?: string;
  readonly deployment: string;
}

/** References of what deployments start from: of a stack's configuration, by stack, and of the arguments of a provider, by its key. */
export type Inherited = Readonly<Record<string, readonly FoundReference[]>>;

/** What the graph must know of product.yaml or of an environment.yaml. */
export interface SharedFacts {
  readonly provider?: ProviderFacts;
  readonly inherited: Inherited;
  /**
   * Paths of the secrets that all deployments of a stack may take, by stack, and those that name a provider, by its key; those of every
   * deployment under the empty word.
   */
  readonly secrets?: Readonly<Record<string, readonly string[]>>;
  /** Folder of the encrypted files, relative to the root. @default secrets */
  readonly secretsFolder?: string;
  /** Why the file cannot be read. */
  readonly problem?: string;
}

/** What the graph must know of a deployment's own file. */
export interface DeploymentFacts {
  readonly stack: string;
  /** Package or folder of the stack. */
  readonly stackPackage: string;
  readonly provider?: ProviderFacts;
  /** The Terraform providers that its own file names. */
  readonly providers?: readonly ProviderFacts[];
  readonly references: readonly FoundReference[];
  /** Paths of the secrets that its own file names. */
  readonly secrets?: readonly string[];
  /** Why the file cannot be read. */
  readonly problem?: string;
}

/** A cloud or a Terraform provider, by the inventory's word, and the packages of bindings that its deployments use. */
export interface ProviderFacts {
  readonly name: string;
  /** @default - the word is not one of a provider */
  readonly bindings?: readonly string[];
}

/** The key under which facts of a provider stand beside those of stacks; it is the name of no stack. */
export function keyOfProvider(name: string): string {
  return `provider ${name}`;
}

/** Reads inventory files. The reader of YAML is loaded with the first file. */
export class FactsReader {
  private core: typeof import("@infra/inventory") | undefined;

  /** @param onRead Told of every file that is read. */
  constructor(private readonly onRead: (file: string) => void = () => undefined) {}

  /** Facts of product.yaml or environment.yaml. @param inherited What it overrides */
  shared(file: string, inherited: Inherited): SharedFacts {
    const read = this.read(file);
    if (typeof read === "string") return { inherited, problem: read };
    const stacks = entriesOf(read, "stacks");
    const providers = [...entriesOf(read, "providers")].map(([name, each]) => [keyOfProvider(name), each] as const);
    const shared = [...stacks, ...providers];
    const own = shared.map(([stack, config]) => [stack, this.override(inherited[stack] ?? [], config)] as const);
    const folder = read.entries?.get("secrets")?.entries?.get("sops")?.entries?.get("folder")?.value;
    const secrets = [
      ["", this.secretsIn(read.entries?.get("credentials"))],
      ...shared.map(([stack, config]) => [stack, this.secretsIn(config)]),
    ].filter(([, paths]) => paths && paths.length > 0) as [string, string[]][];
    return {
      ...this.provider(read),
      inherited: { ...inherited, ...Object.fromEntries(own) },
      ...(secrets.length > 0 ? { secrets: Object.fromEntries(secrets) } : {}),
      ...(typeof folder === "string" ? { secretsFolder: folder } : {}),
    };
  }

  /** Facts of a deployment's file. @param name Its stack, unless the file says another */
  deployment(file: string, name: string, inherited: Inherited): DeploymentFacts {
    const { stackPackage } = this.inventory();
    const read = this.read(file);
    if (typeof read === "string")
      return { stack: name, stackPackage: stackPackage(name), references: inherited[name] ?? [], problem: read };
    const said = read.entries?.get("stack")?.value;
    const stack = typeof said === "string" && said !== "" ? said : name;
    const named = [...entriesOf(read, "providers")];
    const references = [
      ...this.override(inherited[stack] ?? [], read.entries?.get("config")),
      ...named.flatMap(([name, each]) => this.override(inherited[keyOfProvider(name)] ?? [], each)),
    ];
    const providers = named.length > 0 ? { providers: named.map(([name]) => this.terraformProvider(name)) } : {};
    const secrets = this.secretsIn(read);
    const found = secrets.length > 0 ? { secrets } : {};
    return { stack, stackPackage: stackPackage(stack), ...this.provider(read), ...providers, references, ...found };
  }

  private read(file: string): Located | string {
    this.onRead(file);
    const { readInventoryFile, InfraError } = this.inventory();
    try {
      return readInventoryFile(file);
    } catch (error) {
      if (error instanceof InfraError) return error.message;
      throw error;
    }
  }

  private provider(document: Located): { provider?: ProviderFacts } {
    const { bindingsOf, providerNames } = this.inventory();
    const name = document.entries?.get("provider")?.value;
    if (typeof name !== "string") return {};
    const known = providerNames.find((each) => each === name);
    return { provider: { name, ...(known ? { bindings: bindingsOf(known).map(({ bindings }) => bindings) } : {}) } };
  }

  private terraformProvider(name: string): ProviderFacts {
    const { describeTerraformProvider, isTerraformProvider } = this.inventory();
    return { name, ...(isTerraformProvider(name) ? { bindings: [describeTerraformProvider(name).bindings] } : {}) };
  }

  /** References that hold after a later file has overridden an earlier one's. */
  private override(earlier: readonly FoundReference[], later: Located | undefined): FoundReference[] {
    if (!later?.entries) return [...earlier];
    return [...earlier.filter(({ path }) => !replaces(later, path)), ...this.find(later, [])];
  }

  private *find(located: Located, path: readonly string[]): Generator<FoundReference> {
    const { Reference } = this.inventory();
    if (located.value instanceof Reference) {
      const { environment, deployment } = located.value;
      yield { path, ...(environment === undefined ? {} : { environment }), deployment };
    }
    for (const [key, entry] of located.entries ?? []) yield* this.find(entry, [...path, key]);
    for (const item of located.items ?? []) yield* this.find(item, path);
  }

  /** Paths of the secrets below a value, each once. */
  private secretsIn(located: Located | undefined): string[] {
    if (!located) return [];
    const { SecretReference, walkLocated } = this.inventory();
    const paths = [...walkLocated(located)].flatMap(({ value }) =>
      value instanceof SecretReference ? [value.path] : [],
    );
    return [...new Set(paths)];
  }

  private inventory(): typeof import("@infra/inventory") {
    return (this.core ??= require("@infra/inventory") as typeof import("@infra/inventory"));
  }
}

function entriesOf(document: Located, key: string): ReadonlyMap<string, Located> {
  return document.entries?.get(key)?.entries ?? new Map<string, Located>();
}

/** Does a later configuration say something at the path, or put a plain value above it? */
function replaces(later: Located, path: readonly string[]): boolean {
  let current: Located | undefined = later;
  for (const key of path) {
    if (!current.entries) return true;
    current = current.entries.get(key);
    if (!current) return false;
  }
  return true;
}
