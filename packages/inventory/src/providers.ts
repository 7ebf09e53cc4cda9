/** What core must know of a Terraform provider to configure it: data, so that no binding is loaded before it is chosen. */
export interface ProviderBinding {
  /** Fully qualified source address of the Terraform provider. */
  readonly source: string;
  /** npm package of its bindings. */
  readonly bindings: string;
  /** Class of the provider in `<bindings>/lib/provider`. */
  readonly className: string;
  /** Provider arguments that follow from where the deployment runs. Credentials come from the environment. */
  readonly arguments: (location: { readonly region: string; readonly account: string | undefined }) => object;
  /** Versions of the provider that may run. @default - those that its bindings were made from */
  readonly versions?: string;
  /** The attribute in which resources carry labels, and its shape. @default - resources carry none */
  readonly labels?: {
    readonly attribute: string;
    readonly shape: "map" | "list";
    /** Types whose attribute of that name means something else. @default - none */
    readonly except?: readonly string[];
  };
  /** Environment variables that hold its credentials; their values are masked in everything printed. */
  readonly credentials: readonly string[];
}

/** What core must know of a cloud to synthesize for it. */
export interface ProviderDescription extends ProviderBinding {
  /** What `account` of the inventory means. @default - the credentials name the account, so the inventory must not */
  readonly account?: {
    readonly meaning: string;
    readonly required?: true;
    /** Environment variable that it stands for. @default - none */
    readonly variable?: string;
  };
  /** Ways to sign in, the usual one first: the environment variables that each needs. */
  readonly signIns: readonly (readonly string[])[];
  /** The resource that holds all others of a deployment. @default - there is none */
  readonly resourceGroup?: { readonly binding: string; readonly className: string };
  /** Providers for what the cloud's own cannot make, by what they are for: `objectStorage`. @default - there are none */
  readonly companions?: Readonly<Record<string, ProviderBinding>>;
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
    source: "registry.opentofu.org/hashicorp/aws",
    bindings: "@cdktf/provider-aws",
    className: "AwsProvider",
    arguments: ({ region, account }) => ({ region, ...(account ? { allowedAccountIds: [account] } : {}) }),
    account: { meaning: "the id of the only account that may be changed" },
    labels: { attribute: "tags", shape: "map" },
    credentials: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
    signIns: [
      ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
      ["AWS_PROFILE"],
      ["AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"],
      ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"],
      ["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
    ],
  },
  gcp: {
    source: "registry.opentofu.org/hashicorp/google",
    bindings: "@cdktf/provider-google",
    className: "GoogleProvider",
    arguments: ({ region, account }) => ({ region, ...(account ? { project: account } : {}) }),
    account: { meaning: "the id of the project; by default the variable GOOGLE_PROJECT names it" },
    labels: { attribute: "labels", shape: "map" },
    credentials: ["GOOGLE_CREDENTIALS", "GOOGLE_OAUTH_ACCESS_TOKEN"],
    signIns: [["GOOGLE_CREDENTIALS"], ["GOOGLE_APPLICATION_CREDENTIALS"], ["GOOGLE_OAUTH_ACCESS_TOKEN"]],
  },
  azure: {
    source: "registry.opentofu.org/hashicorp/azurerm",
    bindings: "@cdktf/provider-azurerm",
    className: "AzurermProvider",
    // Storage accounts take no shared keys: the provider signs in there as everywhere else.
    arguments: ({ account }) => ({
      features: [{}],
      storageUseAzuread: true,
      ...(account ? { subscriptionId: account } : {}),
    }),
    account: {
      meaning: "the id of the subscription; by default the variable ARM_SUBSCRIPTION_ID names it",
      variable: "ARM_SUBSCRIPTION_ID",
    },
    labels: { attribute: "tags", shape: "map" },
    resourceGroup: { binding: "resource-group", className: "ResourceGroup" },
    credentials: ["ARM_CLIENT_SECRET", "ARM_CLIENT_CERTIFICATE_PASSWORD", "ARM_OIDC_TOKEN", "ARM_ACCESS_KEY"],
    signIns: [
      ["ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "ARM_TENANT_ID", "ARM_SUBSCRIPTION_ID"],
      ["ARM_CLIENT_ID", "ARM_CLIENT_CERTIFICATE_PATH", "ARM_TENANT_ID", "ARM_SUBSCRIPTION_ID"],
      ["ARM_USE_OIDC", "ARM_CLIENT_ID", "ARM_TENANT_ID", "ARM_SUBSCRIPTION_ID"],
      ["ARM_USE_MSI", "ARM_SUBSCRIPTION_ID"],
      ["ARM_USE_CLI", "ARM_SUBSCRIPTION_ID"],
    ],
  },
  oracle: {
    source: "registry.opentofu.org/oracle/oci",
    bindings: "@infra/provider-oci",
    className: "OciProvider",
    arguments: ({ region }) => ({ region }),
    account: { meaning: "the OCID of the compartment", required: true },
    labels: { attribute: "freeformTags", shape: "map" },
    credentials: ["TF_VAR_private_key", "TF_VAR_private_key_password", "OCI_PRIVATE_KEY", "OCI_PRIVATE_KEY_PASSWORD"],
    // Of Terraform's own TF_VAR_* the engine sees none.
    signIns: [
      ["OCI_TENANCY_OCID", "OCI_USER_OCID", "OCI_FINGERPRINT", "OCI_PRIVATE_KEY"],
      ["OCI_TENANCY_OCID", "OCI_USER_OCID", "OCI_FINGERPRINT", "OCI_PRIVATE_KEY_PATH"],
      ["OCI_CONFIG_FILE_PROFILE"],
    ],
  },
  hetzner: {
    source: "registry.opentofu.org/hetznercloud/hcloud",
    bindings: "@infra/provider-hcloud",
    className: "HcloudProvider",
    arguments: () => ({}),
    labels: { attribute: "labels", shape: "map" },
    credentials: ["HCLOUD_TOKEN"],
    signIns: [["HCLOUD_TOKEN"]],
    companions: {
      // The cloud's own provider has no buckets: its Object Storage speaks S3. Buckets there take no tags.
      objectStorage: {
        source: "registry.opentofu.org/hashicorp/aws",
        bindings: "@cdktf/provider-aws",
        className: "AwsProvider",
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
    source: "registry.opentofu.org/heroku/heroku",
    bindings: "@infra/provider-heroku",
    className: "HerokuProvider",
    arguments: () => ({}),
    account: { meaning: "the name of the Heroku team", required: true },
    credentials: ["HEROKU_API_KEY"],
    signIns: [["HEROKU_API_KEY"]],
  },
  digitalocean: {
    source: "registry.opentofu.org/digitalocean/digitalocean",
    bindings: "@cdktf/provider-digitalocean",
    className: "DigitaloceanProvider",
    arguments: () => ({}),
    // The tags of a firewall say which droplets it protects.
    labels: { attribute: "tags", shape: "list", except: ["digitalocean_firewall"] },
    credentials: [
      "DIGITALOCEAN_TOKEN",
      "DIGITALOCEAN_ACCESS_TOKEN",
      "SPACES_ACCESS_KEY_ID",
      "SPACES_SECRET_ACCESS_KEY",
    ],
    signIns: [["DIGITALOCEAN_TOKEN"], ["DIGITALOCEAN_ACCESS_TOKEN"]],
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

/** The providers that a cloud's resources can come from: its own, then its companions. */
export function bindingsOf(name: ProviderName): readonly [ProviderBinding, ...ProviderBinding[]] {
  const { companions = {}, ...own } = describeProvider(name);
  return [own, ...Object.values(companions)];
}

/** The provider that makes resources of a type for a cloud: `aws_s3_bucket` on hetzner is made by a companion. */
export function bindingOfType(name: ProviderName, type: string): ProviderBinding {
  const [own, ...companions] = bindingsOf(name);
  const [localName = ""] = type.split("_");
  return companions.find(({ source }) => source.endsWith(`/${localName}`)) ?? own;
}
