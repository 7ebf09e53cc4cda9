import { z } from "zod";

const address = z.url({ protocol: /^https?$/ });

const mount = z
  .string()
  .regex(/^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/)
  .optional()
  .describe("transit: mount of Vault's Transit engine; transit when left out");

const encryption = z
  .strictObject({
    kind: z
      .enum(["passphrase", "transit"])
      .describe(
        "passphrase: INFRA_STATE_PASSPHRASE; transit: a key of Vault for each state, <product>.<environment>.<name>",
      ),
    mount,
    fallback: z
      .strictObject({ kind: z.literal("transit"), mount })
      .optional()
      .describe("passphrase: the key that states may still be under; they are read with it, and never written"),
  })
  .describe("what encrypts states and plans; the passphrase when left out");

/** `state:` of an inventory file: where states are kept, what encrypts them, and who may write them. */
export const stateSchema = z
  .strictObject({
    kind: z
      .enum(["folder", "s3"])
      .describe("folder: below state/ of the workspace, locked by a file; s3: in a bucket, locked through Consul"),
    bucket: z.string().min(3).max(63).optional().describe("s3: the bucket; TF_STATE_BUCKET goes before it"),
    endpoint: address
      .optional()
      .describe("s3: base URL of the store, of AWS when left out; TF_STATE_ENDPOINT goes before it"),
    region: z.string().min(1).optional().describe("s3: the store's region; TF_STATE_REGION goes before it"),
    pathStyle: z
      .boolean()
      .optional()
      .describe("s3: the bucket is part of the path, not of the host name; TF_STATE_PATH_STYLE goes before it"),
    prefix: z
      .string()
      .regex(/^[a-z0-9][a-z0-9/_-]*$/)
      .optional()
      .describe("s3: what every key begins with; the product's name when left out. TF_STATE_PREFIX goes before it"),
    consul: z
      .strictObject({
        address: z
          .union([address, z.array(address).min(1)])
          .optional()
          .describe("URLs of Consul servers; TF_STATE_CONSUL, with commas between them, goes before it"),
        ttl: z
          .int()
          .min(22)
          .max(3600)
          .optional()
          .describe("seconds within which the lock of a run that is gone is free: 30 when left out"),
      })
      .optional()
      .describe("s3: lock and current version in Consul; without it the store itself must honour conditional writes"),
    keep: z
      .strictObject({
        versions: z.int().min(1).optional().describe("how many versions are kept"),
        days: z.int().min(1).optional().describe("for how many days a version is kept"),
      })
      .refine(({ versions, days }) => versions !== undefined || days !== undefined, "versions or days is needed")
      .optional()
      .describe("which versions are kept; one that any of the two keeps stays, and so does the current one"),
    encryption: encryption.optional(),
  })
  .describe("where states are kept; when left out, in the management domain, or without one in a local folder");

/** Where states are kept, as the inventory says it. */
export type StateSettings = z.output<typeof stateSchema>;

/** What encrypts a state and its plans, as the inventory says it. */
export type EncryptionSettings = z.output<typeof encryption>;

/**
 * Where states are kept: as the inventory says it, or, where it says nothing and there is a management domain, in that one's Garage,
 * locked through its Consul.
 *
 * @returns undefined for the local folder
 */
export function stateWith(
  state: StateSettings | undefined,
  managementDomain: string | undefined,
): StateSettings | undefined {
  if (managementDomain === undefined || state?.kind === "folder") return state;
  const address = `https://consul.${managementDomain}:8501`;
  if (state) return state.consul ? { ...state, consul: { address, ...state.consul } } : state;
  return {
    kind: "s3",
    bucket: "states",
    endpoint: `https://s3.${managementDomain}`,
    region: "garage",
    consul: { address },
  };
}
