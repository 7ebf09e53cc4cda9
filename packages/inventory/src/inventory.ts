import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { infraError, InfraError, type Place, type Problem, suggest } from "./errors.js";
import { check } from "./validation.js";
import type { Located } from "./document.js";
import { type DriftRule, driftRulesOf } from "./settings/drift-settings.js";
import { type DeploymentFile, environmentFile, findDeploymentFiles, productFile, readInventoryFile } from "./files.js";
import { locatedAt, mergeLocated, walkLocated } from "./located.js";
import type { NotifySettings } from "./settings/notify-settings.js";
import { describeProvider, isAccountOf } from "./providers.js";
import { type DeploymentProviders, providersOf } from "./settings/provider-settings.js";
import { Reference } from "./reference.js";
import { SecretReference } from "./secret.js";
import type { SecretSettings } from "./settings/secret-settings.js";
import {
  type Allowed,
  deploymentSchema,
  environmentSchema,
  productSchema,
  type Settings,
} from "./settings/settings.js";
import { type StateSettings, stateWith } from "./settings/state-settings.js";
import { suggestDeployment } from "./suggest-deployment.js";

/** One stack in one environment: one state, one Nx project. */
export interface Deployment extends DeploymentFile {
  /** Word, package or folder of its stack: `compute`. */
  readonly stack: string;
  readonly settings: Settings;
  /** The Terraform providers that it uses besides its cloud's. @default - any, configured by their environment variables */
  readonly providers?: DeploymentProviders;
  /** Where its state is kept. @default - in the local folder, locked by a file */
  readonly state?: StateSettings;
  /** Changes outside that are no drift. @default - none */
  readonly driftRules?: readonly DriftRule[];
  /** Where each setting was read from; a setting that no file gives has no place. */
  readonly settingPlaces: Readonly<Partial<Record<keyof Settings, Place>>>;
  /** The merged configuration of its stack, with the place of every value. */
  readonly config: Located;
  /** References to outputs of other deployments. */
  readonly references: readonly Reference[];
  /** Secrets that its configuration, its credentials and its providers name; the same one may be named several times. */
  readonly secrets: readonly SecretReference[];
  /** The inventory files that it is merged from, in the order in which they override. */
  readonly files: readonly string[];
}

/** A product's inventory: every deployment, with its files merged. */
export interface Inventory {
  /** The folder, as it was given. */
  readonly directory: string;
  readonly product: string;
  /** Where secrets are kept. @default - what the environment says */
  readonly secrets?: SecretSettings;
  /** Who is told of drift, failures and applies. @default - nobody */
  readonly notify?: NotifySettings;
  readonly deployments: readonly Deployment[];
  /** What own stacks may have that is refused otherwise. */
  readonly allow: Allowed;
  /** Where states are kept, by deployment: of the wanted ones and of those that they refer to. Others are in the local folder. */
  readonly states: ReadonlyMap<string, StateSettings>;
}

/** What to load. */
export interface LoadOptions {
  /** Ids of the deployments wanted, `production/compute`. @default - all */
  readonly only?: readonly string[];
}

/**
 * Reads an inventory. Files of deployments that are not wanted are not read, except the ones that are referred to.
 *
 * @throws InfraError with all problems of all files read.
 */
export function loadInventory(directory: string, { only }: LoadOptions = {}): Inventory {
  return new Loader(directory).load(only);
}

/**
 * Where the product and its environments say that states are kept, also those of deployments that are no longer in the inventory.
 * Files that are wrong say nothing: {@link loadInventory} reports them.
 */
export function stateSettingsOf(directory: string): StateSettings[] {
  const environments = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const files = environments
    .map(({ name }) => join(directory, name, environmentFile))
    .filter((file) => existsSync(file));
  return [
    ...stateSettingsIn(join(directory, productFile), productSchema),
    ...files.flatMap((file) => stateSettingsIn(file, environmentSchema)),
  ];
}

function stateSettingsIn(file: string, schema: typeof productSchema | typeof environmentSchema): StateSettings[] {
  try {
    const result = check(schema, readInventoryFile(file));
    return "value" in result && result.value.state ? [result.value.state] : [];
  } catch (error) {
    if (error instanceof InfraError) return [];
    throw error;
  }
}

type Product = z.output<typeof productSchema>;
type Environment = z.output<typeof environmentSchema>;

/** An environment.yaml that was read: what it says is missing when it is wrong, and empty when there is none. */
interface ReadEnvironment {
  readonly document: Located | undefined;
  readonly says: Environment | undefined;
}

class Loader {
  private readonly problems: Problem[] = [];
  /** The problems as texts: a file that several deployments share is wrong once. */
  private readonly known = new Set<string>();
  private readonly files: ReadonlyMap<string, DeploymentFile>;
  private readonly environments = new Map<string, ReadEnvironment>();

  constructor(private readonly directory: string) {
    const found = findDeploymentFiles(directory);
    this.files = new Map(found.files.map((file) => [file.id, file]));
    this.report(found.problems);
  }

  load(only: readonly string[] | undefined): Inventory {
    const wanted = only?.map((id) => this.fileOf(id)) ?? [...this.files.values()];
    const productDocument = this.attempt(() => readInventoryFile(this.path(productFile)));
    const product = productDocument && this.parsed(productSchema, productDocument);
    const loaded = new Map<string, Deployment>();
    const queue = [...wanted];
    for (let file = queue.shift(); file; file = queue.shift()) {
      if (loaded.has(file.id)) continue;
      const current = file;
      const deployment = this.attempt(() => this.deployment(current, productDocument, product));
      if (!deployment) continue;
      loaded.set(file.id, deployment);
      queue.push(...deployment.references.flatMap((reference) => this.upstream(deployment, reference) ?? []));
    }
    this.findCycles(loaded);
    if (this.problems.length > 0 || !product) throw new InfraError(this.problems);
    const ids = new Set(wanted.map(({ id }) => id));
    return {
      directory: this.directory,
      product: product.product,
      ...(product.secrets ? { secrets: product.secrets } : {}),
      ...(product.notify ? { notify: product.notify } : {}),
      deployments: [...loaded.values()].filter(({ id }) => ids.has(id)),
      allow: { providers: product.allow?.providers ?? [], provisioners: product.allow?.provisioners ?? false },
      states: new Map([...loaded.values()].flatMap(({ id, state }) => (state ? [[id, state] as const] : []))),
    };
  }

  private fileOf(id: string): DeploymentFile {
    const file = this.files.get(id);
    if (!file)
      throw infraError(
        `${JSON.stringify(id)} is not a deployment of ${this.directory}`,
        suggestDeployment(id, this.files),
      );
    return file;
  }

  private deployment(
    file: DeploymentFile,
    productDocument: Located | undefined,
    product: Product | undefined,
  ): Deployment | undefined {
    const { document: environmentDocument, says: environment } = this.environment(file.environment);
    const document = readInventoryFile(file.file);
    const own = this.parsed(deploymentSchema, document);
    if (!own || !environment || !product) return undefined;
    const stack = own.stack ?? file.name;
    const levels = [
      locatedAt(productDocument, ["stacks", stack]),
      locatedAt(environmentDocument, ["stacks", stack]),
      locatedAt(document, ["config"]),
    ];
    const empty: Located = { place: document.place, entries: new Map() };
    const config = levels.reduce<Located>(
      (merged, level) => (level?.entries ? mergeLocated(merged, level) : merged),
      empty,
    );
    const merged = { ...product, ...defined(environment), ...defined(own) };
    const settings = this.settings(file, merged, product.product);
    if (!settings) return undefined;
    const documents = [productDocument, environmentDocument, document];
    const settingPlaces = placesOf(documents);
    this.checkAccount(settings, settingPlaces["account"]);
    const values = [...walkLocated(config)].map(({ value }) => value);
    const { providers, ...named } = providersOf(documents);
    const references = [...values.filter((value) => value instanceof Reference), ...named.references];
    const secrets = [
      ...named.secrets,
      ...values.filter((value) => value instanceof SecretReference),
      ...Object.values(settings.credentials ?? {}),
    ];
    const files = [
      this.path(productFile),
      ...(environmentDocument ? [this.path(file.environment, environmentFile)] : []),
      file.file,
    ];
    const rules = driftRulesOf(documents);
    const drift = rules.length > 0 ? { driftRules: rules } : {};
    const kept = stateWith(merged.state, merged.management?.domain);
    const state = kept ? { state: kept } : {};
    return {
      ...file,
      stack,
      settings,
      providers,
      ...state,
      ...drift,
      settingPlaces,
      config,
      references,
      secrets,
      files,
    };
  }

  private settings(file: DeploymentFile, merged: Environment, product: string): Settings | undefined {
    const { provider, region, account, domain, management, cloudflare = true } = merged;
    const { credentials, cost, deletionProtection = file.environment === "production" } = merged;
    if (provider && region)
      return {
        product,
        provider,
        region,
        account,
        credentials,
        deletionProtection,
        domain,
        cloudflare,
        management,
        ...(cost ? { cost } : {}),
      };
    for (const key of ["provider", "region"] as const) {
      if (merged[key] === undefined)
        this.report([
          {
            message: `${file.id} has no ${key}`,
            remedy: `Add \`${key}: …\` to ${this.path(productFile)}`,
            path: key,
            place: top(file.file),
          },
        ]);
    }
    return undefined;
  }

  /** An account of the wrong shape would be refused by the cloud, or would be the one of another cloud. */
  private checkAccount({ provider, account }: Settings, place: Place | undefined): void {
    const known = describeProvider(provider).account;
    if (account === undefined || !known || isAccountOf(provider, account)) return;
    const message = `${JSON.stringify(account)} is not an account of ${provider}: ${known.meaning}`;
    this.report([{ message, remedy: `Write it like ${known.example}`, path: "account", ...(place && { place }) }]);
  }

  private environment(name: string): ReadEnvironment {
    const known = this.environments.get(name) ?? this.readEnvironment(this.path(name, environmentFile));
    this.environments.set(name, known);
    return known;
  }

  private readEnvironment(file: string): ReadEnvironment {
    const document = existsSync(file) ? this.attempt(() => readInventoryFile(file)) : undefined;
    return { document, says: document ? this.parsed(environmentSchema, document) : {} };
  }

  private upstream(deployment: Deployment, reference: Reference): DeploymentFile | undefined {
    const id = reference.upstream(deployment.environment);
    const file = this.files.get(id);
    if (!file) {
      this.report([
        {
          message: `"${reference.toString()}" refers to ${id}, which is not in the inventory`,
          remedy: suggest(id, [...this.files.keys()]),
          place: reference.place,
        },
      ]);
    }
    return file;
  }

  private findCycles(loaded: ReadonlyMap<string, Deployment>): void {
    const done = new Set<string>();
    const visit = (id: string, trail: readonly string[]): void => {
      if (done.has(id)) return;
      const deployment = loaded.get(id);
      for (const reference of deployment?.references ?? []) {
        const next = reference.upstream(deployment?.environment ?? "");
        const start = [...trail, id].indexOf(next);
        if (start >= 0) {
          const cycle = [...[...trail, id].slice(start), next].join(" → ");
          const message = `the references form a cycle: ${cycle}`;
          this.report([{ message, remedy: "Remove one of them", place: reference.place }]);
        } else visit(next, [...trail, id]);
      }
      done.add(id);
    };
    for (const id of loaded.keys()) visit(id, []);
  }

  private parsed<S extends z.ZodType>(schema: S, located: Located): z.output<S> | undefined {
    const result = check(schema, located);
    if ("value" in result) return result.value;
    this.report(result.problems);
    return undefined;
  }

  private attempt<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof InfraError)) throw error;
      this.report(error.problems);
      return undefined;
    }
  }

  private report(problems: readonly Problem[]): void {
    for (const problem of problems) {
      const key = JSON.stringify(problem);
      if (!this.known.has(key)) this.problems.push(problem);
      this.known.add(key);
    }
  }

  private path(...parts: string[]): string {
    return join(this.directory, ...parts);
  }
}

/** The place of each top-level value, in the last document that has it. */
function placesOf(documents: readonly (Located | undefined)[]): Record<string, Place> {
  const entries = documents.flatMap((document) => [...(document?.entries ?? [])]);
  return Object.fromEntries(entries.map(([key, { place }]) => [key, place]));
}

/** The entries of an object that are set. */
function defined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function top(file: string): Place {
  return { file, line: 1, column: 1 };
}
