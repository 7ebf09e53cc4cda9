import { z } from "zod";

/** `secrets:` of product.yaml: which stores there are. None of it is secret; tokens and keys come from the environment. */
export const secretSettings = z.strictObject({
  vault: z
    .strictObject({
      address: z
        .string()
        .regex(/^https?:\/\/[^/?#\s]+$/, { error: "it is no address such as https://vault.example:8200" })
        .optional()
        .describe("URL of Vault; by default VAULT_ADDR, else https://vault.<management domain>:8200"),
      namespace: z.string().min(1).optional().describe("namespace; by default VAULT_NAMESPACE"),
      mount: z.string().min(1).default("secret").describe("the KV version 2 mount of paths that name no mount"),
      role: z.string().min(1).optional().describe("role of the JWT login; by default VAULT_ROLE"),
      jwtMount: z.string().min(1).default("jwt").describe("mount of the JWT login"),
      approleMount: z.string().min(1).default("approle").describe("mount of the AppRole login"),
      audience: z.string().min(1).optional().describe("audience of the token asked from CI; by default the address"),
    })
    .optional()
    .describe("HashiCorp Vault or OpenBao"),
  onePassword: z
    .strictObject({
      vault: z
        .string()
        .min(1)
        .optional()
        .describe("vault whose items are titled with the path; by default the first word of the path is the vault"),
      connect: z.string().min(1).optional().describe("URL of a Connect server; by default OP_CONNECT_HOST"),
    })
    .optional()
    .describe("1Password, through a Connect server or the op command"),
  sops: z
    .strictObject({
      folder: z.string().min(1).default("secrets").describe("folder of the encrypted files, below the product's root"),
    })
    .optional()
    .describe("files that SOPS encrypts, with age or another key"),
});

/** Where secrets are kept, as product.yaml says it. */
export type SecretSettings = z.output<typeof secretSettings>;
