/** What core must know of a cloud to synthesize for it: data, so that no binding is loaded before it is chosen. */
export interface ProviderDescription {
  /** Fully qualified source address of the Terraform provider. */
  readonly source: string;
  /** npm package of its bindings. */
  readonly bindings: string;
  /** Class of the provider in `<bindings>/lib/provider`. */
  readonly className: string;
  /** Provider arguments that follow from where the deployment runs. Credentials come from the environment. */
  readonly arguments: (location: { readonly region: string; readonly account: string | undefined }) => object;
  /** What `account` of the inventory means. @default - the credentials name the account, so the inventory must not */
  readonly account?: { readonly meaning: string; readonly required?: true };
  /** The attribute in which resources carry labels, and its shape. @default - resources carry none */
  readonly labels?: {
    readonly attribute: string;
    readonly shape: "map" | "list";
    /** Types whose attribute of that name means something else. @default - none */
    readonly except?: readonly string[];
  };
  /** The resource that holds all others of a deployment. @default - there is none */
  readonly resourceGroup?: { readonly binding: string; readonly className: string };
  /** Environment variables that hold its credentials; their values are masked in everything printed. */
  readonly credentials: readonly string[];
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
  },
  gcp: {
    source: "registry.opentofu.org/hashicorp/google",
    bindings: "@cdktf/provider-google",
    className: "GoogleProvider",
    arguments: ({ region, account }) => ({ region, ...(account ? { project: account } : {}) }),
    account: { meaning: "the id of the project; by default the variable GOOGLE_PROJECT names it" },
    labels: { attribute: "labels", shape: "map" },
    credentials: ["GOOGLE_CREDENTIALS", "GOOGLE_OAUTH_ACCESS_TOKEN"],
  },
  azure: {
    source: "registry.opentofu.org/hashicorp/azurerm",
    bindings: "@cdktf/provider-azurerm",
    className: "AzurermProvider",
    arguments: ({ account }) => ({ features: [{}], ...(account ? { subscriptionId: account } : {}) }),
    account: { meaning: "the id of the subscription; by default the variable ARM_SUBSCRIPTION_ID names it" },
    labels: { attribute: "tags", shape: "map" },
    resourceGroup: { binding: "resource-group", className: "ResourceGroup" },
    credentials: ["ARM_CLIENT_SECRET", "ARM_CLIENT_CERTIFICATE_PASSWORD", "ARM_OIDC_TOKEN", "ARM_ACCESS_KEY"],
  },
  oracle: {
    source: "registry.opentofu.org/oracle/oci",
    bindings: "@infra/provider-oci",
    className: "OciProvider",
    arguments: ({ region }) => ({ region }),
    account: { meaning: "the OCID of the compartment", required: true },
    labels: { attribute: "freeformTags", shape: "map" },
    credentials: ["TF_VAR_private_key", "TF_VAR_private_key_password", "OCI_PRIVATE_KEY", "OCI_PRIVATE_KEY_PASSWORD"],
  },
  hetzner: {
    source: "registry.opentofu.org/hetznercloud/hcloud",
    bindings: "@infra/provider-hcloud",
    className: "HcloudProvider",
    arguments: () => ({}),
    labels: { attribute: "labels", shape: "map" },
    credentials: ["HCLOUD_TOKEN"],
  },
  heroku: {
    source: "registry.opentofu.org/heroku/heroku",
    bindings: "@infra/provider-heroku",
    className: "HerokuProvider",
    arguments: () => ({}),
    account: { meaning: "the name of the Heroku team", required: true },
    credentials: ["HEROKU_API_KEY"],
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
