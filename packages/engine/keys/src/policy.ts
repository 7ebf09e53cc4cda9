/** Mount and name of a key of Vault: `transit/acme.production.compute`. */
export interface KeyPlace {
  readonly mount: string;
  readonly key: string;
}

/** What a policy of Vault is to allow: the use of the deployment's own key, and more. */
export interface PolicyRequest extends KeyPlace {
  /** The keys of deployments whose outputs it reads. */
  readonly reads: readonly KeyPlace[];
  /** Also lets it rotate the key and retire its versions. @default false */
  readonly rekey?: boolean;
}

/** The policy of Vault with which a token can run one deployment, and read no other one's state. */
export function vaultPolicy({ mount, key, reads, rekey = false }: PolicyRequest): string {
  return [
    `# The state of ${key}: data keys are made and opened, the key itself stays in Vault.`,
    ...use({ mount, key }),
    "# Hides secrets in what is kept beside a saved plan.",
    rule(`${mount}/hmac/${key}`, ["update"]),
    "# Makes the key for the first run, and says its versions; without it somebody else makes the key.",
    rule(`${mount}/keys/${key}`, ["create", "read", "update"]),
    ...(rekey
      ? [
          "# infra state rekey --rotate --retire",
          ...["rotate", "config"].map((action) => rule(`${mount}/keys/${key}/${action}`, ["update"])),
        ]
      : []),
    ...reads.flatMap((each) => [`# Outputs of ${each.key}`, ...use(each)]),
    "",
  ].join("\n");
}

function use({ mount, key }: KeyPlace): string[] {
  return ["datakey/plaintext", "decrypt"].map((action) => rule(`${mount}/${action}/${key}`, ["update"]));
}

function rule(path: string, capabilities: readonly string[]): string {
  return `path ${JSON.stringify(path)} {\n  capabilities = ${JSON.stringify(capabilities)}\n}`;
}
