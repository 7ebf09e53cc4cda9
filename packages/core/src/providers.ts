/** What core must know of a cloud to synthesize for it: data, so that no binding is loaded before it is chosen. */
export interface ProviderDescription {
  /** Fully qualified source address of the Terraform provider. */
  readonly source: string;
  /** npm package of its bindings. */
  readonly bindings: string;
  /** Class of the provider in `<bindings>/lib/provider`. */
  readonly className: string;
  /** Provider arguments that follow from the deployment's region. Credentials come from the environment. */
  readonly arguments: (region: string) => Record<string, unknown>;
  /** Environment variables that hold its credentials; their values are masked in everything printed. */
  readonly credentials: readonly string[];
}

/** The clouds a deployment can run on, by the word that the inventory uses. */
export const providers = {
  aws: {
    source: "registry.opentofu.org/hashicorp/aws",
    bindings: "@cdktf/provider-aws",
    className: "AwsProvider",
    arguments: (region) => ({ region }),
    credentials: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
  },
  hetzner: {
    source: "registry.opentofu.org/hetznercloud/hcloud",
    bindings: "@infra/provider-hcloud",
    className: "HcloudProvider",
    arguments: () => ({}),
    credentials: ["HCLOUD_TOKEN"],
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
