/** How resources of a provider carry labels. */
export interface LabelForm {
  /** The attribute that holds them. */
  readonly attribute: string;
  readonly shape: "map" | "list";
  /** Types whose attribute of that name means something else. @default - none */
  readonly except?: readonly string[];
}

/** An argument of a provider that the inventory may set. */
export interface ProviderArgument {
  /** One line for editors and for messages. */
  readonly meaning: string;
  /** @default "text" */
  readonly kind?: "text" | "boolean";
  /** Environment variable that stands for it. @default - none */
  readonly variable?: string;
  /** Is it a credential? Then the inventory holds a secret or a reference, and never the text itself. @default false */
  readonly secret?: true;
}

/** Arguments by their names in the bindings; a block has arguments of its own. */
export interface ProviderArguments {
  readonly [name: string]: ProviderArgument | ProviderArguments;
}

/** What is known of a Terraform provider: data, so that no binding is loaded before it is chosen. */
export interface TerraformProviderDescription {
  /** Fully qualified source address. */
  readonly source: string;
  /** npm package of its bindings. Its version decides which versions of the provider may run. */
  readonly bindings: string;
  /** Class of the provider in `<bindings>/lib/provider`. */
  readonly className: string;
  /** How its resources carry labels. @default - they carry none */
  readonly labels?: LabelForm;
  /** Environment variables that hold credentials; their values are masked in everything printed. */
  readonly credentials: readonly string[];
  /** Ways to sign in from the environment, the usual one first: the variables that each needs. */
  readonly signIns: readonly (readonly string[])[];
  /** What the inventory may set of it. @default - nothing: the cloud's settings or the stack do */
  readonly arguments?: ProviderArguments;
}

/** https://registry.terraform.io/providers/hashicorp/kubernetes/2.38.0/docs#argument-reference; the helm provider takes the same in a block. */
const cluster = {
  host: { meaning: "URL of the cluster's API", variable: "KUBE_HOST" },
  token: { meaning: "token of a service account", variable: "KUBE_TOKEN", secret: true },
  clusterCaCertificate: { meaning: "certificates of the API's authority, PEM" },
  clientCertificate: { meaning: "certificate of the client, PEM" },
  clientKey: { meaning: "key of the client, PEM", secret: true },
  tlsServerName: { meaning: "name that the API's certificate is checked for" },
  configPath: { meaning: "path of a kubeconfig, where the engine runs", variable: "KUBE_CONFIG_PATH" },
  configContext: { meaning: "context of the kubeconfig" },
} as const satisfies ProviderArguments;

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication, by the variables that both providers read. */
const clusterSignIns = [["KUBE_CONFIG_PATH"], ["KUBE_HOST", "KUBE_TOKEN"]] as const;
const clusterCredentials = ["KUBE_TOKEN", "KUBE_PASSWORD", "KUBE_CLIENT_KEY_DATA"] as const;

/** The Terraform providers that a deployment can use, by the word that contracts and the inventory use. */
export const terraformProviders = {
  aws: {
    source: "registry.opentofu.org/hashicorp/aws",
    bindings: "@cdktf/provider-aws",
    className: "AwsProvider",
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
  google: {
    source: "registry.opentofu.org/hashicorp/google",
    bindings: "@cdktf/provider-google",
    className: "GoogleProvider",
    labels: { attribute: "labels", shape: "map" },
    credentials: ["GOOGLE_CREDENTIALS", "GOOGLE_OAUTH_ACCESS_TOKEN"],
    signIns: [["GOOGLE_CREDENTIALS"], ["GOOGLE_APPLICATION_CREDENTIALS"], ["GOOGLE_OAUTH_ACCESS_TOKEN"]],
  },
  azurerm: {
    source: "registry.opentofu.org/hashicorp/azurerm",
    bindings: "@cdktf/provider-azurerm",
    className: "AzurermProvider",
    labels: { attribute: "tags", shape: "map" },
    credentials: ["ARM_CLIENT_SECRET", "ARM_CLIENT_CERTIFICATE_PASSWORD", "ARM_OIDC_TOKEN", "ARM_ACCESS_KEY"],
    signIns: [
      ["ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "ARM_TENANT_ID", "ARM_SUBSCRIPTION_ID"],
      ["ARM_CLIENT_ID", "ARM_CLIENT_CERTIFICATE_PATH", "ARM_TENANT_ID", "ARM_SUBSCRIPTION_ID"],
      ["ARM_USE_OIDC", "ARM_CLIENT_ID", "ARM_TENANT_ID", "ARM_SUBSCRIPTION_ID"],
      ["ARM_USE_MSI", "ARM_SUBSCRIPTION_ID"],
      ["ARM_USE_CLI", "ARM_SUBSCRIPTION_ID"],
    ],
  },
  oci: {
    source: "registry.opentofu.org/oracle/oci",
    bindings: "@infra/provider-oci",
    className: "OciProvider",
    labels: { attribute: "freeformTags", shape: "map" },
    credentials: ["TF_VAR_private_key", "TF_VAR_private_key_password", "OCI_PRIVATE_KEY", "OCI_PRIVATE_KEY_PASSWORD"],
    // Of Terraform's own TF_VAR_* the engine sees none.
    signIns: [
      ["OCI_TENANCY_OCID", "OCI_USER_OCID", "OCI_FINGERPRINT", "OCI_PRIVATE_KEY"],
      ["OCI_TENANCY_OCID", "OCI_USER_OCID", "OCI_FINGERPRINT", "OCI_PRIVATE_KEY_PATH"],
      ["OCI_CONFIG_FILE_PROFILE"],
    ],
  },
  hcloud: {
    source: "registry.opentofu.org/hetznercloud/hcloud",
    bindings: "@infra/provider-hcloud",
    className: "HcloudProvider",
    labels: { attribute: "labels", shape: "map" },
    credentials: ["HCLOUD_TOKEN"],
    signIns: [["HCLOUD_TOKEN"]],
  },
  heroku: {
    source: "registry.opentofu.org/heroku/heroku",
    bindings: "@infra/provider-heroku",
    className: "HerokuProvider",
    credentials: ["HEROKU_API_KEY"],
    signIns: [["HEROKU_API_KEY"]],
  },
  digitalocean: {
    source: "registry.opentofu.org/digitalocean/digitalocean",
    bindings: "@cdktf/provider-digitalocean",
    className: "DigitaloceanProvider",
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
  vault: {
    source: "registry.opentofu.org/hashicorp/vault",
    bindings: "@cdktf/provider-vault",
    className: "VaultProvider",
    credentials: ["VAULT_TOKEN"],
    signIns: [["VAULT_ADDR", "VAULT_TOKEN"]],
    arguments: {
      address: { meaning: "URL of Vault or OpenBao", variable: "VAULT_ADDR" },
      namespace: { meaning: "namespace that everything is in" },
      token: { meaning: "token of Vault", variable: "VAULT_TOKEN", secret: true },
      caCertFile: { meaning: "path of the authority's certificate, where the engine runs" },
      tlsServerName: { meaning: "name that the server's certificate is checked for" },
      skipChildToken: { meaning: "use the token itself instead of a child of it", kind: "boolean" },
    },
  },
  consul: {
    source: "registry.opentofu.org/hashicorp/consul",
    bindings: "@cdktf/provider-consul",
    className: "ConsulProvider",
    credentials: ["CONSUL_HTTP_TOKEN", "CONSUL_HTTP_AUTH", "CONSUL_TOKEN"],
    signIns: [["CONSUL_HTTP_ADDR", "CONSUL_HTTP_TOKEN"]],
    arguments: {
      address: { meaning: "address and port of Consul's HTTP interface", variable: "CONSUL_HTTP_ADDR" },
      scheme: { meaning: "http or https" },
      datacenter: { meaning: "datacenter that everything is in" },
      namespace: { meaning: "namespace that everything is in" },
      token: { meaning: "token of Consul's ACL", variable: "CONSUL_HTTP_TOKEN", secret: true },
      caPem: { meaning: "certificate of the server's authority, PEM" },
    },
  },
  nomad: {
    source: "registry.opentofu.org/hashicorp/nomad",
    bindings: "@cdktf/provider-nomad",
    className: "NomadProvider",
    credentials: ["NOMAD_TOKEN", "NOMAD_HTTP_AUTH"],
    signIns: [["NOMAD_ADDR", "NOMAD_TOKEN"]],
    arguments: {
      address: { meaning: "URL of Nomad", variable: "NOMAD_ADDR" },
      region: { meaning: "region of Nomad" },
      secretId: { meaning: "token of Nomad's ACL", variable: "NOMAD_TOKEN", secret: true },
      caPem: { meaning: "certificate of the server's authority, PEM" },
    },
  },
  kubernetes: {
    source: "registry.opentofu.org/hashicorp/kubernetes",
    bindings: "@cdktf/provider-kubernetes",
    className: "KubernetesProvider",
    credentials: clusterCredentials,
    signIns: clusterSignIns,
    arguments: cluster,
  },
  helm: {
    source: "registry.opentofu.org/hashicorp/helm",
    bindings: "@cdktf/provider-helm",
    className: "HelmProvider",
    credentials: clusterCredentials,
    signIns: clusterSignIns,
    arguments: { kubernetes: cluster },
  },
  cloudflare: {
    source: "registry.opentofu.org/cloudflare/cloudflare",
    bindings: "@cdktf/provider-cloudflare",
    className: "CloudflareProvider",
    credentials: ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY", "CLOUDFLARE_API_USER_SERVICE_KEY"],
    signIns: [["CLOUDFLARE_API_TOKEN"], ["CLOUDFLARE_EMAIL", "CLOUDFLARE_API_KEY"]],
    arguments: { apiToken: { meaning: "token of Cloudflare's API", variable: "CLOUDFLARE_API_TOKEN", secret: true } },
  },
} as const satisfies Record<string, TerraformProviderDescription>;

/** The word for a Terraform provider: `vault`, `azurerm`. It is what the names of its types begin with. */
export type TerraformProviderName = keyof typeof terraformProviders;

/** All words for Terraform providers. */
export const terraformProviderNames = Object.keys(terraformProviders) as [
  TerraformProviderName,
  ...TerraformProviderName[],
];

/** What is known of a Terraform provider. */
export function describeTerraformProvider(name: TerraformProviderName): TerraformProviderDescription {
  return terraformProviders[name];
}

/** Is it the word for a Terraform provider? */
export function isTerraformProvider(word: string): word is TerraformProviderName {
  return Object.hasOwn(terraformProviders, word);
}

/** The word for the provider with a source. @returns undefined for a provider that is not registered */
export function terraformProviderOf(source: string): TerraformProviderName | undefined {
  return terraformProviderNames.find((name) => terraformProviders[name].source === source);
}

/** The word for the provider that makes a type: `vault_mount` is made by `vault`. @returns undefined for one that is not registered */
export function terraformProviderOfType(type: string): TerraformProviderName | undefined {
  const [word = ""] = type.split("_");
  return isTerraformProvider(word) ? word : undefined;
}

/** The environment variables that hold credentials of any Terraform provider, each once. */
export const providerCredentials: readonly string[] = [
  ...new Set(terraformProviderNames.flatMap((name) => [...terraformProviders[name].credentials])),
];

/** Is it one argument, and not a block of them? */
export function isProviderArgument(value: ProviderArgument | ProviderArguments): value is ProviderArgument {
  return typeof value["meaning"] === "string";
}
