import { z } from "zod";
import { providerNames } from "../providers.js";
import { providersSchema } from "./provider-settings.js";
import { domainName, name, rule, secret } from "../schema.js";
import { driftSchema } from "./drift-settings.js";
import { notifySchema } from "./notify-settings.js";
import type { SecretReference } from "../secret.js";
import { secretSettings } from "./secret-settings.js";
import { stateSchema } from "./state-settings.js";
import { providerCredentials } from "../terraform-providers.js";

/** Variables that would change what the engine and the programs it starts do, not who they are. */
const steering = /^(?:TF_|INFRA_|LD_|DYLD_|NODE_|GO(?!OGLE_)|PATH$|HOME$|SHELL$|USER$|TMPDIR$)/;

/** Those that providers read, also where their names begin as the ones above. */
const known = new Set(providerCredentials);

const credentialName = rule(z.string(), (value) =>
  known.has(value) || (/^[A-Z][A-Z0-9_]*$/.test(value) && !steering.test(value))
    ? undefined
    : {
        message: `${JSON.stringify(value)} is not a variable that holds a credential`,
        remedy: "Name a variable that a provider reads, for example HCLOUD_TOKEN",
      },
);

const providerSource = rule(z.string(), (value) =>
  /^[\w.-]+\.[\w.-]+\/[\w-]+\/[\w-]+$/.test(value)
    ? undefined
    : {
        message: `${JSON.stringify(value)} is not the address of a provider`,
        remedy: "Write host, namespace and name: registry.opentofu.org/hashicorp/random",
      },
);
const amountPerMonth = z.number().positive();

const costLimits = z
  .strictObject({
    monthly: amountPerMonth.optional().describe("the most that the environment may cost per month"),
    increase: amountPerMonth.optional().describe("the most by which one change may raise that"),
  })
  .refine(({ monthly, increase }) => monthly !== undefined || increase !== undefined, {
    message: "the limits are empty",
    params: { remedy: "Say monthly or increase, or leave cost out" },
  });

/** What an environment may cost per month, in any currency by itself: amounts are never converted. */
export type CostLimits = z.output<typeof costLimits>;

const shared = {
  provider: z.enum(providerNames).optional().describe("the cloud: one of the provider names"),
  region: z
    .string()
    .min(1)
    .optional()
    .describe("the provider's own name of a region or location, such as fsn1 or eu-central-1"),
  account: z
    .string()
    .min(1)
    .optional()
    .describe(
      "gcp: project id; azure: subscription id; oracle: OCID of the compartment; heroku: team; aws: account id",
    ),
  deletionProtection: z
    .boolean()
    .optional()
    .describe("protect what holds data or serves traffic from being deleted; by default in the environment production"),
  domain: domainName().optional().describe("the domain that every name is derived from"),
  cloudflare: z
    .boolean()
    .optional()
    .describe(
      "whether services put DNS and certificates behind Cloudflare, or use plain DNS and Let's Encrypt; the stacks of today do not ask",
    ),
  credentials: z
    .record(credentialName, secret)
    .optional()
    .describe("environment variables of the cloud's provider, each from a secret; offline runs do not ask for them"),
  providers: providersSchema.optional(),
  management: z
    .strictObject({ domain: domainName().describe("the domain of the three management servers") })
    .optional()
    .describe(
      "the management domain; its Garage keeps the states and its Vault the secrets; leave it out to work alone with local encrypted state",
    ),
  state: stateSchema.optional(),
  cost: costLimits
    .optional()
    .describe("what an environment may cost; infra cost fails when it costs more, in any currency by itself"),
  drift: driftSchema.optional(),
  stacks: z
    .record(name(), z.record(z.string(), z.unknown()))
    .optional()
    .describe("configuration by stack that every deployment of the stack starts from"),
};

/** `inventory/product.yaml`: what all deployments of the product share. */
export const productSchema = z.strictObject({
  product: name().describe("the product's name; it begins every resource name"),
  allow: z
    .strictObject({
      providers: z
        .array(providerSource)
        .optional()
        .describe("addresses of providers that `providers` does not know: registry.opentofu.org/hashicorp/random"),
      provisioners: z.boolean().optional().describe("programs that resources run where the engine runs"),
    })
    .optional()
    .describe("what own stacks may have that is refused otherwise, before anything is downloaded or started"),
  secrets: secretSettings.optional().describe("where secrets are kept; environment variables come first"),
  notify: notifySchema.optional(),
  ...shared,
});

/** `inventory/<environment>/environment.yaml`: what differs in an environment. */
export const environmentSchema = z.strictObject(shared);

/** `inventory/<environment>/<name>.yaml`: one deployment. */
export const deploymentSchema = z.strictObject({
  stack: z
    .string()
    .min(1)
    .optional()
    .describe(
      "the stack: a word for @infra/stack-<word>, an npm package or a folder that begins with ./ ; by default the file's name",
    ),
  provider: shared.provider,
  region: shared.region,
  account: shared.account,
  state: shared.state,
  drift: shared.drift,
  credentials: shared.credentials,
  providers: shared.providers,
  config: z.record(z.string(), z.unknown()).optional().describe("the stack's configuration"),
});

/** What a product allows own stacks that is refused otherwise. */
export interface Allowed {
  /** Sources of providers that the registry of Terraform providers does not have. */
  readonly providers: readonly string[];
  /** Programs that resources run where the engine runs. */
  readonly provisioners: boolean;
}

/** What a deployment is told besides its configuration. */
export interface Settings {
  readonly product: string;
  readonly provider: (typeof providerNames)[number];
  readonly region: string;
  /** What it means depends on the cloud: a project, a subscription, a compartment, a team. @default - the credentials decide */
  readonly account?: string | undefined;
  /** Whether what holds data or serves traffic is protected from being deleted. */
  readonly deletionProtection: boolean;
  readonly domain: string | undefined;
  /** Environment variables of the cloud's provider, and the secrets that they are set to. @default - what the environment has */
  readonly credentials?: Readonly<Record<string, SecretReference>> | undefined;
  /** Whether services put DNS and certificates behind Cloudflare; the stacks of today do not ask. @default true */
  readonly cloudflare: boolean;
  readonly management: { readonly domain: string } | undefined;
  /** What its environment may cost. @default - anything */
  readonly cost?: CostLimits | undefined;
}
