import { type Path, type ProviderName, Reference } from "@infra/inventory";
import { type Construct, Token } from "./cdktf.js";
import { DeploymentStack } from "./deployment-stack.js";
import { problemAt } from "./origin.js";

/** Kinds of objects of a cloud that an inventory may name by the cloud's id. */
export type ObjectKind = "bucket" | "key" | "network";

/** The form of a cloud's ids of a kind, and one that names nothing. */
interface IdForm {
  readonly pattern: RegExp;
  readonly example: string;
}

const subscription = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/other/providers";
const azureId = (type: string, ...rest: string[]) =>
  new RegExp(
    `^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/${[type, ...rest].join("/[^/]+/")}/[^/]+$`,
    "i",
  );

/** Where a cloud has no entry, no id of that kind is looked at. */
const forms: Readonly<Record<ProviderName, Readonly<Partial<Record<ObjectKind, IdForm>>>>> = {
  aws: {
    network: { pattern: /^vpc-[0-9a-f]{8,17}$/, example: "vpc-0123456789abcdef0" },
    bucket: { pattern: /^arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, example: "arn:aws:s3:::acme-other" },
    key: {
      pattern: /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(?:key|alias)\/[\w/-]+$/,
      example: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    },
  },
  gcp: {
    network: {
      pattern: /^(?:https:\/\/www\.googleapis\.com\/compute\/v1\/)?projects\/[^/]+\/global\/networks\/[a-z][a-z0-9-]*$/,
      example: "projects/acme-other/global/networks/other",
    },
    key: {
      pattern: /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/,
      example: "projects/acme-keys/locations/europe-west3/keyRings/acme/cryptoKeys/storage",
    },
  },
  azure: {
    network: {
      pattern: azureId("Microsoft.Network/virtualNetworks"),
      example: `${subscription}/Microsoft.Network/virtualNetworks/other`,
    },
    bucket: {
      pattern: azureId("Microsoft.Storage/storageAccounts", "blobServices", "containers"),
      example: `${subscription}/Microsoft.Storage/storageAccounts/acmeother/blobServices/default/containers/other`,
    },
    key: {
      pattern: azureId("Microsoft.KeyVault/vaults", "keys"),
      example: `${subscription}/Microsoft.KeyVault/vaults/acme/keys/storage`,
    },
  },
  oracle: {
    network: {
      pattern: /^ocid1\.(?:vcn|localpeeringgateway)\.[a-z0-9]+\.[a-z0-9-]*\.[a-z0-9.]+$/,
      example: "ocid1.vcn.oc1.eu-frankfurt-1.exampleexampleexample",
    },
    bucket: { pattern: /^[\w.-]{1,256}$/, example: "acme-other" },
    key: {
      pattern: /^ocid1\.key\.[a-z0-9]+\.[a-z0-9-]*\.[a-z0-9.]+$/,
      example: "ocid1.key.oc1.eu-frankfurt-1.exampleexampleexample",
    },
  },
  digitalocean: {
    network: {
      pattern: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      example: "00000000-0000-4000-8000-000000000000",
    },
  },
  hetzner: {},
  heroku: {},
};

/** An id of a kind in the form of a cloud, which names nothing: for examples and tests. */
export function exampleId(provider: ProviderName, kind: ObjectKind): string {
  return forms[provider][kind]?.example ?? `id-of-a-${kind}`;
}

/**
 * The cloud's id of an object that the inventory names; what only the run knows is an expression.
 *
 * @param path Where the id stands in the configuration of the construct.
 * @throws InfraError for a text that does not have the form of such ids on the cloud of the deployment.
 */
export function objectId(scope: Construct, path: Path, kind: ObjectKind, value: string | Reference): string {
  const stack = DeploymentStack.of(scope);
  if (value instanceof Reference) return stack.outputOf(value);
  const { provider } = stack.context.settings;
  const form = forms[provider][kind];
  if (!form || Token.isUnresolved(value) || form.pattern.test(value)) return value;
  throw problemAt(
    scope,
    path,
    `${provider}: ${JSON.stringify(value)} is not the id of a ${kind}`,
    `Write it in the cloud's own form, such as ${form.example}, or refer to an output`,
  );
}
