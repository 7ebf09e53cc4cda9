import { Node } from "constructs";
import { createRequire } from "node:module";
import { join } from "node:path";
import {
  type Construct,
  type IConstruct,
  RootConstruct,
  type TerraformElement,
  TerraformProvider,
  type TerraformResource,
  TerraformStack,
  TerraformVariable,
  Token,
} from "./cdktf.js";
import { type Choice, Choices } from "./choices.js";
import {
  bindingOfType,
  type DeploymentProviders,
  describeProvider,
  describeTerraformProvider,
  infraError,
  type InfraError,
  type MakingProvider,
  type Place,
  Reference,
  SecretReference,
  type Settings,
  shorten,
  shortHash,
  type TerraformProviderName,
} from "@infra/inventory";
import {
  configurationName,
  inventoryArguments,
  type ProviderConfiguration,
  withExpressions,
} from "./provider-configuration.js";

/** https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules#microsoftresources */
const longestResourceGroup = 90;

/** What a construct can know of the deployment that it is part of. */
export interface DeploymentContext {
  readonly environment: string;
  /** Name of the deployment in its environment: `compute`. */
  readonly name: string;
  readonly settings: Settings;
  /** The Terraform providers that it uses besides its cloud's. @default - any, configured by their environment variables */
  readonly providers?: DeploymentProviders;
  /** Where each setting was read from. @default - not known */
  readonly settingPlaces?: Readonly<Partial<Record<keyof Settings, Place>>>;
  /** Top-level keys of the stack's configuration. @default - none */
  readonly configKeys?: readonly string[];
  /** Kinds of servers and images that the last apply chose; they stay. @default - the tables of facts choose all */
  readonly recorded?: readonly Choice[];
  /** Are images found that clouds no longer offer? Only to see what an earlier apply may have chosen. @default false */
  readonly looksBack?: boolean;
}

/** A resource group, as the resources in it see it. */
export interface ResourceGroup {
  readonly name: string;
  /** The region. */
  readonly location: string;
}

/**
 * The root construct of one deployment. Addresses are the construct path below it, joined by `_`, with no hash: `hcloud_server.compute_web_1`.
 * The id `Default` is left out: the main resource of a construct takes the construct's own address.
 */
export class DeploymentStack extends TerraformStack {
  /** The kinds of servers and the images that are chosen for the deployment. */
  readonly choices: Choices;
  private readonly variables = new Map<string, { reference: Reference; variable: TerraformVariable }>();
  private readonly secretVariables = new Map<string, { secret: SecretReference; variable: TerraformVariable }>();
  /** What is known of the providers that were configured here. */
  private readonly configured = new Map<TerraformProvider, MakingProvider & { readonly versions?: string }>();

  /** @param root Folder that bindings are loaded from. @default - the working folder */
  constructor(
    readonly context: DeploymentContext,
    private readonly root: string = process.cwd(),
  ) {
    // Not cdktf's App: that creates an output folder in the working folder.
    super(new RootConstruct(), context.name);
    this.choices = new Choices(context.recorded, context.looksBack);
  }

  /** The deployment that a construct is part of. */
  static override of(construct: IConstruct): DeploymentStack {
    const stack = TerraformStack.of(construct);
    if (stack instanceof DeploymentStack) return stack;
    throw new TypeError(`${construct.node.path} is not part of a DeploymentStack`);
  }

  /** The references whose values the engine hands over, by the name of their variable. */
  get references(): ReadonlyMap<string, Reference> {
    return new Map([...this.variables].map(([name, { reference }]) => [name, reference]));
  }

  /** The secrets whose values the engine hands over, by the name of their variable. */
  get secrets(): ReadonlyMap<string, SecretReference> {
    return new Map([...this.secretVariables].map(([name, { secret }]) => [name, secret]));
  }

  /** An expression for the value of a secret, which the engine treats as sensitive wherever it goes. */
  secretOf(secret: SecretReference): string {
    const name = secret.variable;
    const known = this.secretVariables.get(name);
    const variable =
      known?.variable ??
      new TerraformVariable(this, name, {
        type: "string",
        nullable: false,
        sensitive: true,
        description: `Secret ${secret.toString()}`,
      });
    if (!known) this.secretVariables.set(name, { secret, variable });
    return Token.asString(variable.value);
  }

  /** An expression for the value of a reference. */
  outputOf(reference: Reference): string {
    const name = this.variableOf(reference);
    const known = this.variables.get(name);
    const variable =
      known?.variable ??
      new TerraformVariable(this, name, {
        type: "any",
        nullable: false,
        description: `Output ${reference.toString()}`,
      });
    if (!known) this.variables.set(name, { reference, variable });
    return Token.asString(variable.value);
  }

  /** Name of the variable of a reference; where another reference has it, with a hash: `a.b__c` beside `a.b.c`. */
  private variableOf(reference: Reference): string {
    const text = reference.toString();
    const name = text.replaceAll("/", "___").replaceAll(".", "__");
    const holder = this.variables.get(name)?.reference.toString() ?? text;
    return holder === text ? name : `${name}_${shortHash(text)}`;
  }

  /** A value of the configuration, or an expression for the value of a reference or of a secret. */
  textOf(value: string | Reference | SecretReference): string {
    if (value instanceof SecretReference) return this.secretOf(value);
    return value instanceof Reference ? this.outputOf(value) : value;
  }

  /** An error about a setting of the deployment, such as its region, at the place that it was read from. */
  settingError(setting: keyof Settings, message: string, remedy: string): InfraError {
    const place = this.context.settingPlaces?.[setting];
    return infraError(message, remedy, { path: setting, ...(place ? { place } : {}) });
  }

  /**
   * Configures a Terraform provider, once per alias; only its binding is loaded. A configuration with an alias of the cloud's own
   * provider begins with the arguments that follow from where the deployment runs.
   *
   * @param name Its word in the registry: `vault`. @default - the provider of the deployment's cloud
   * @param configuration Arguments that the inventory does not know, such as the address of a server that the stack makes. Without one
   * the known configuration is returned, if there is one.
   * @throws InfraError when the deployment's inventory file does not name the provider, or its bindings are not installed; TypeError for
   * another configuration of a provider under an alias that is taken.
   */
  useProvider(name?: TerraformProviderName, configuration: ProviderConfiguration = {}): TerraformProvider {
    const { terraform } = describeProvider(this.context.settings.provider);
    if (name === undefined) return this.useCloudProvider();
    const { alias, ...given } = configuration;
    const isGiven = Object.keys(given).length > 0;
    const own = name === terraform && alias === undefined;
    const existing = own ? this.useCloudProvider() : this.node.tryFindChild(childIdOf(name, alias));
    if (existing instanceof TerraformProvider && !isGiven) return existing;
    if (existing)
      throw new TypeError(
        `${configurationName(name, alias)} is configured already: give another configuration an alias`,
      );
    return this.configure(name, alias, given);
  }

  private useCloudProvider(): TerraformProvider {
    const { provider, region, account } = this.context.settings;
    const cloud = describeProvider(provider);
    const existing = this.node.tryFindChild(provider);
    if (existing instanceof TerraformProvider) return existing;
    this.checkAccount();
    return this.createProvider(provider, cloud, cloud.arguments({ region, account }));
  }

  private configure(name: TerraformProviderName, alias: string | undefined, given: object): TerraformProvider {
    const { provider, region, account } = this.context.settings;
    const { providers } = this.context;
    const cloud = describeProvider(provider);
    if (name !== cloud.terraform && providers && !providers.has(name)) throw this.notNamed(name);
    const defaults =
      name === cloud.terraform ? cloud.arguments({ region, account }) : inventoryArguments(providers, name, alias);
    const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const config = withExpressions({ ...defaults, ...known }, (value) => this.textOf(value));
    return this.createProvider(childIdOf(name, alias), describeTerraformProvider(name), {
      ...(config as object),
      ...(alias === undefined ? {} : { alias }),
    });
  }

  private notNamed(name: TerraformProviderName): InfraError {
    const { environment, name: own } = this.context;
    return infraError(
      `${environment}/${own} uses the provider ${name}, which its inventory file does not name`,
      `Add \`providers: { ${name}: {} }\` to it; its arguments may stand there, or in product.yaml or environment.yaml`,
      { path: "providers" },
    );
  }

  /**
   * Configures a second provider of the deployment's cloud, once, for what the cloud's own cannot make; resources name it as their
   * `provider`. Only its binding is loaded.
   *
   * @param purpose The companion's word in the cloud's description: `objectStorage`.
   */
  useCompanion(purpose: string): TerraformProvider {
    const { provider, region, account } = this.context.settings;
    const companion = describeProvider(provider).companions?.[purpose];
    if (!companion) throw new TypeError(`${provider} has no companion for ${purpose}`);
    const alias = purpose.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const existing = this.node.tryFindChild(alias);
    if (existing instanceof TerraformProvider) return existing;
    return this.createProvider(alias, companion, { alias, ...companion.arguments({ region, account }) });
  }

  /**
   * The provider that makes a resource or reads a data source: the configuration that it names, or else the one of its type.
   *
   * @returns undefined when that is not in the registry
   */
  makerOf(construct: IConstruct): MakingProvider | undefined {
    const { provider, terraformResourceType: type } = construct as Partial<TerraformResource>;
    const named = provider && this.configured.get(provider);
    return named ?? (type === undefined ? undefined : bindingOfType(this.context.settings.provider, type));
  }

  /** Versions of a provider that a configuration of this stack is confined to. @returns undefined when none confines them */
  versionsOf(source: string): string | undefined {
    return [...this.configured.values()].find((each) => each.source === source && each.versions)?.versions;
  }

  /**
   * The account in which the deployment's resources are kept, on clouds whose resources name it: the OCID of Oracle's compartment,
   * Heroku's team. @throws InfraError when the inventory names none.
   */
  get account(): string {
    const { provider, account } = this.context.settings;
    if (account !== undefined) return account;
    const meaning = describeProvider(provider).account?.meaning ?? "";
    throw this.settingError(
      "account",
      `${provider} needs an account: ${meaning}`,
      "Add `account: …` beside `provider`",
    );
  }

  /** The resource that holds all others of the deployment, on clouds that want one (azure); it is created with the first that asks. */
  useResourceGroup(): TerraformResource & ResourceGroup {
    const { settings, environment, name } = this.context;
    const { bindings, resourceGroup } = describeProvider(settings.provider);
    if (!resourceGroup) throw new TypeError(`${settings.provider} has no resource groups`);
    const { binding, className } = resourceGroup;
    const known = this.node.tryFindChild("resource_group") as (TerraformResource & ResourceGroup) | undefined;
    return (
      known ??
      this.create("resource_group", bindings, binding, className, {
        name: shorten([settings.product, environment, name].join("-"), longestResourceGroup),
        location: settings.region,
      })
    );
  }

  /** An account that the cloud has no use for would look like a safeguard. */
  private checkAccount(): void {
    const { provider, account } = this.context.settings;
    if (describeProvider(provider).account) return;
    if (account !== undefined)
      throw this.settingError(
        "account",
        `${provider} takes its account from the credentials`,
        "Remove `account`, or set it only where another cloud is chosen",
      );
  }

  private createProvider(
    id: string,
    description: MakingProvider & { readonly className: string; readonly versions?: string },
    config: object,
  ): TerraformProvider {
    const { bindings, className } = description;
    const provider = this.create<TerraformProvider>(id, bindings, "provider", className, config);
    this.configured.set(provider, description);
    return provider;
  }

  private create<T>(id: string, bindings: string, binding: string, className: string, config: object): T {
    type Class = new (scope: Construct, id: string, config: object) => T;
    const loaded = this.load(`${bindings}/lib/${binding}`, bindings) as Record<string, Class | undefined>;
    const Class = loaded[className];
    if (!Class)
      throw infraError(
        `${bindings} has no ${className}`,
        `Install the version of ${bindings} that @infra/core names as its peer`,
      );
    return new Class(this, id, config);
  }

  protected override allocateLogicalId(element: TerraformElement | Node): string {
    const { scopes } = element instanceof Node ? element : element.node;
    return scopes
      .slice(scopes.indexOf(this) + 1)
      .map(({ node }) => node.id)
      .filter((id) => id !== "Default")
      .join("_");
  }

  private load(path: string, packageName: string): unknown {
    try {
      return createRequire(join(this.root, "package.json"))(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
      throw infraError(`the bindings ${packageName} are not installed`, `Install them: npm install ${packageName}`);
    }
  }
}

/** Ids of modules are words of the stack's configuration, and may be those of providers. */
function childIdOf(name: TerraformProviderName, alias: string | undefined): string {
  return ["provider", name, ...(alias === undefined ? [] : [alias])].join("-");
}
