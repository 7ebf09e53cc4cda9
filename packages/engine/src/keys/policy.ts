/** What a policy of Vault is to allow. */
export interface PolicyRequest {
  /** Mount and name of the deployment's own key: `transit/acme.production.compute`. */
  readonly mount: string;
  readonly key: string;
  /** Names of the keys of deployments whose outputs it reads. */
  readonly reads: readonly string[];
  /** Also lets it rotate the key and retire its versions. @default false */
  readonly rekey?: boolean;
}

/** The policy of Vault with which a token can run one deployment, and read no other one's state. */
export function vaultPolicy({ mount, key, reads, rekey = false }: PolicyRequest): string {
  const use = (name: string) => [
    rule(`${mount}/datakey/plaintext/${name}`, ["update"]),
    rule(`${mount}/decrypt/${name}`, ["update"]),
  ];
  return [
    `# The state of ${key}: data keys are made and opened, the key itself stays in Vault.`,
    ...use(key),
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
    ...reads.flatMap((name) => [`# Outputs of ${name}`, ...use(name)]),
    "",
  ].join("\n");
}

function rule(path: string, capabilities: readonly string[]): string {
  return `path ${JSON.stringify(path)} {\n  capabilities = ${JSON.stringify(capabilities)}\n}`;
}
