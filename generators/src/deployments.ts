import { posix } from "node:path";
import { type DeploymentFacts, FactsReader, type Inherited, keyOfProvider, type SharedFacts } from "./facts.js";
import type { FactsCache } from "./facts-cache.js";

/** Where the deployments of a workspace come from. */
export interface InventorySource {
  /** Absolute path of the workspace. */
  readonly root: string;
  /** Folder of the inventory, relative to the root, with slashes. */
  readonly inventory: string;
  /** Files of deployments, relative to the root, with slashes. */
  readonly deploymentFiles: readonly string[];
  /** Hash of a file's content, by its path relative to the root. @default - the file is read again in every run */
  readonly hashes: ReadonlyMap<string, string>;
  readonly cache: FactsCache;
  /** Told of every file that is read. */
  readonly onRead?: (file: string) => void;
}

/** What the graph knows of a deployment. */
export interface InferredDeployment {
  /** `production/compute`. */
  readonly id: string;
  readonly environment: string;
  readonly name: string;
  /** Its own file, relative to the workspace root. */
  readonly file: string;
  /** Every file that it is merged from, its provider locks and its encrypted files. Files that do not exist yet are named as well. */
  readonly files: readonly string[];
  readonly stack: string;
  readonly stackPackage: string;
  /** @default - no file says it, or it is no provider */
  readonly provider?: { readonly name: string; readonly bindings?: readonly string[] };
  /** Packages of bindings of the Terraform providers that it names besides its cloud. */
  readonly providerBindings: readonly string[];
  /** Ids of the deployments that it refers to, each once. */
  readonly upstream: readonly string[];
  /** Why a file of it cannot be read. */
  readonly problems: readonly string[];
}

/** Reads what the graph must know of every deployment; of files that did not change, nothing is read. */
export function inferDeployments(source: InventorySource): InferredDeployment[] {
  return new Inference(source).all();
}

class Inference {
  private readonly reader: FactsReader;
  private readonly product: SharedFacts;
  private readonly environments = new Map<string, SharedFacts>();

  constructor(private readonly source: InventorySource) {
    this.reader = new FactsReader(source.onRead);
    this.product = this.shared(posix.join(source.inventory, "product.yaml"), {});
  }

  all(): InferredDeployment[] {
    const deployments = this.source.deploymentFiles.map((file) => this.deployment(file));
    const ids = new Set(deployments.map(({ id }) => id));
    // A deployment that was removed has no project, and so no edge to those that still refer to it.
    return deployments.map((deployment) => {
      const missing = deployment.upstream.filter((id) => !ids.has(id));
      if (missing.length === 0) return deployment;
      const files = missing.map((id) => posix.join(this.source.inventory, `${id}.yaml`));
      return { ...deployment, files: [...deployment.files, ...files] };
    });
  }

  private deployment(file: string): InferredDeployment {
    const name = posix.basename(file, ".yaml");
    const environment = posix.basename(posix.dirname(file));
    const environmentFacts = this.environment(environment);
    const { inherited } = environmentFacts;
    const facts = this.facts(file, inherited, (path) => this.reader.deployment(path, name, inherited));
    const provider = facts.provider ?? environmentFacts.provider ?? this.product.provider;
    return {
      id: `${environment}/${name}`,
      environment,
      name,
      file,
      files: [
        ...this.sharedFiles(environment),
        file,
        file.replace(/\.yaml$/, ".lock.hcl"),
        ...this.secretFiles(environmentFacts, facts),
      ],
      stack: facts.stack,
      stackPackage: facts.stackPackage,
      ...(provider ? { provider } : {}),
      providerBindings: (facts.providers ?? []).flatMap(({ bindings = [] }) => bindings),
      upstream: upstreamOf(facts, environment),
      problems: [this.product, environmentFacts, facts].flatMap(({ problem }) => problem ?? []),
    };
  }

  /** The encrypted files that secrets may come from; which store answers is not known here. */
  private secretFiles(environment: SharedFacts, { stack, secrets = [], providers = [] }: DeploymentFacts): string[] {
    const shared = [this.product, environment].flatMap(({ secrets: by }) => [
      ...(by?.[""] ?? []),
      ...[stack, ...providers.map(({ name }) => keyOfProvider(name))].flatMap((key) => by?.[key] ?? []),
    ]);
    const folder = posix.normalize(this.product.secretsFolder ?? "secrets");
    return [...new Set([...shared, ...secrets])].map((path) => posix.join(folder, `${path}.{yaml,yml,json}`));
  }

  private sharedFiles(environment: string): [product: string, environment: string] {
    const { inventory } = this.source;
    return [posix.join(inventory, "product.yaml"), posix.join(inventory, environment, "environment.yaml")];
  }

  private environment(name: string): SharedFacts {
    const known = this.environments.get(name);
    if (known) return known;
    const [, file] = this.sharedFiles(name);
    const facts = this.shared(file, this.product.inherited);
    this.environments.set(name, facts);
    return facts;
  }

  /** A shared file without a hash does not exist, and says nothing. */
  private shared(file: string, inherited: Inherited): SharedFacts {
    if (!this.source.hashes.has(file)) return { inherited };
    return this.facts(file, inherited, (path) => this.reader.shared(path, inherited));
  }

  private facts<T extends SharedFacts | DeploymentFacts>(
    file: string,
    inherited: Inherited,
    read: (path: string) => T,
  ): T {
    const path = posix.join(this.source.root, file);
    const hash = this.source.hashes.get(file);
    return hash === undefined
      ? read(path)
      : this.source.cache.facts(file, `${hash} ${JSON.stringify(inherited)}`, () => read(path));
  }
}

function upstreamOf({ references }: DeploymentFacts, environment: string): string[] {
  return [...new Set(references.map((reference) => `${reference.environment ?? environment}/${reference.deployment}`))];
}
