import {
  describeTerraformProvider,
  type TerraformProviderDescription,
  type TerraformProviderName,
  terraformProviderOfType,
  terraformProviders,
} from "./terraform-providers.js";

/** Where a deployment runs. */
interface Location {
  readonly region: string;
  readonly account: string | undefined;
}

/** A configuration of a Terraform provider that belongs to a cloud. */
export interface ProviderBinding extends Omit<TerraformProviderDescription, "arguments" | "signIns"> {
  /** Its word in the registry of Terraform providers. */
  readonly terraform: TerraformProviderName;
  /** Provider arguments that follow from where the deployment runs. Credentials come from the environment. */
  readonly arguments: (location: Location) => object;
  /** Versions of the provider that may run. @default - the major version that its bindings were made from, from theirs on */
  readonly versions?: string;
}

/** What core must know of a cloud to synthesize for it. */
export interface ProviderDescription extends ProviderBinding {
  /** Ways to sign in, the usual one first: the environment variables that each needs. */
  readonly signIns: readonly (readonly string[])[];
  /** What `account` of the inventory means. @default - the credentials name the account, so the inventory must not */
  readonly account?: {
    readonly meaning: string;
    /** Shape of one, as the cloud documents it. */
    readonly pattern: RegExp;
    /** One of that shape, for messages. */
    readonly example: string;
    readonly required?: true;
    /** Environment variable that it stands for. @default - none */
    readonly variable?: string;
  };
  /** The resource that holds all others of a deployment. @default - there is none */
  readonly resourceGroup?: { readonly binding: string; readonly className: string };
  /** Providers for what the cloud's own cannot make, by what they are for: `objectStorage`. @default - there are none */
  readonly companions?: Readonly<Record<string, ProviderBinding>>;
}

/** What the registry knows of a provider, with its word there. */
function registered<N extends TerraformProviderName>(
  terraform: N,
): { readonly terraform: N } & (typeof terraformProviders)[N] {
  return { terraform, ...terraformProviders[terraform] };
}

/**
 * URL of the S3 interface of a location of Hetzner; to be checked against
 * https://docs.hetzner.com/storage/object-storage/overview.
 */
export function hetznerObjectStorage(location: string): string {
  return `https://${location}.your-objectstorage.com`;
}

/** The clouds a deployment can run on, by the word that the inventory uses. */
export const providers = {
  aws: {
    ...registered("aws"),
    arguments: ({ region, account }) => ({ region, ...(account ? { allowedAccountIds: [account] } : {}) }),
    account: {
      meaning: "the id of the only account that may be changed",
      // https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html
      pattern: /^\d{12}$/,
      example: '"123456789012"',
    },
  },
  gcp: {
    ...registered("google"),
    arguments: ({ region, account }) => ({ region, ...(account ? { project: account } : {}) }),
    account: {
      meaning: "the id of the project; by default the variable GOOGLE_PROJECT names it",
      // https://cloud.google.com/resource-manager/docs/creating-managing-projects; old ones begin with a domain and a colon.
      pattern: /^(?:[a-z0-9][a-z0-9.-]{0,62}:)?[a-z](?=.{5,29}$)[a-z0-9-]*[a-z0-9]$/,
      example: "my-project-123456",
    },
  },
  azure: {
    ...registered("azurerm"),
    // Storage accounts take no shared keys: the provider signs in there as everywhere else.
    arguments: ({ account }) => ({
      features: [{}],
      storageUseAzuread: true,
      ...(account ? { subscriptionId: account } : {}),
    }),
    account: {
      meaning: "the id of the subscription; by default the variable ARM_SUBSCRIPTION_ID names it",
      // https://learn.microsoft.com/azure/azure-portal/get-subscription-tenant-id
      pattern: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
      example: "00000000-0000-0000-0000-000000000000",
      variable: "ARM_SUBSCRIPTION_ID",
    },
    resourceGroup: { binding: "resource-group", className: "ResourceGroup" },
  },
  oracle: {
    ...registered("oci"),
    arguments: ({ region }) => ({ region }),
    account: {
      meaning: "the OCID of the compartment",
      required: true,
      // https://docs.oracle.com/iaas/Content/General/Concepts/identifiers.htm; the tenancy is the root compartment.
      pattern: /^ocid1\.(?:compartment|tenancy)\.oc\d{1,3}\.[a-z0-9-]*\.(?:[a-z0-9-]+\.)?[a-z0-9]+$/,
      example: "ocid1.compartment.oc1..example",
    },
  },
  hetzner: {
    ...registered("hcloud"),
    arguments: () => ({}),
    companions: {
      // The cloud's own provider has no buckets: its Object Storage speaks S3. Buckets there take no tags.
      objectStorage: {
        terraform: "aws",
        source: terraformProviders.aws.source,
        bindings: terraformProviders.aws.bindings,
        className: terraformProviders.aws.className,
        // Later ones ask AWS alone for tags: https://github.com/hashicorp/terraform-provider-aws/issues/46202
        versions: ">= 6.0.0, < 6.23.0",
        arguments: ({ region }) => ({
          region,
          endpoints: [{ s3: hetznerObjectStorage(region) }],
          s3UsePathStyle: true,
          skipCredentialsValidation: true,
          skipMetadataApiCheck: "true",
          skipRegionValidation: true,
          skipRequestingAccountId: true,
        }),
        credentials: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
      },
    },
  },
  heroku: {
    ...registered("heroku"),
    arguments: () => ({}),
    account: {
      meaning: "the name of the Heroku team",
      required: true,
      // https://devcenter.heroku.com/articles/platform-api-reference#team
      pattern: /^[a-z0-9][a-z0-9-]{0,62}[a-z0-9]$/,
      example: "acme",
    },
  },
  digitalocean: {
    ...registered("digitalocean"),
    arguments: () => ({}),
  },
} as const satisfies Record<string, ProviderDescription>;

/** The inventory's word for a cloud: `aws`, `hetzner`. */
export type ProviderName = keyof typeof providers;

/** All words for clouds. */
export const providerNames = Object.keys(providers) as [ProviderName, ...ProviderName[]];

/** What is known of a cloud. */
export function describeProvider(name: ProviderName): ProviderDescription {
  return providers[name];
}

/** Whether a text can name an account of a cloud; on clouds whose credentials name it, no text does. */
export function isAccountOf(name: ProviderName, account: string): boolean {
  return describeProvider(name).account?.pattern.test(account) ?? false;
}

/** The providers that a cloud's resources can come from: its own, then its companions. */
export function bindingsOf(name: ProviderName): readonly [ProviderBinding, ...ProviderBinding[]] {
  const { companions = {}, ...own } = describeProvider(name);
  return [own, ...Object.values(companions)];
}

/** A provider that makes resources, as far as labels and packages of bindings go. */
export type MakingProvider = Pick<TerraformProviderDescription, "source" | "bindings" | "labels">;

/**
 * The provider that makes resources of a type for a cloud, where no resource names another: `aws_s3_bucket` on hetzner is made by a
 * companion.
 *
 * @returns undefined for a type whose provider is not registered
 */
export function bindingOfType(name: ProviderName, type: string): MakingProvider | undefined {
  const terraform = terraformProviderOfType(type);
  if (terraform === undefined) return undefined;
  const ofCloud = bindingsOf(name).find((each) => each.terraform === terraform);
  return ofCloud ?? describeTerraformProvider(terraform);
}
