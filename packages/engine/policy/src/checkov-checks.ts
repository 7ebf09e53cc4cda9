/** Checks of Checkov for one promise, and what to do where they fail. */
export interface CheckovChecks {
  /** The rule of ours for the same promise, if there is one: its findings at the same address are left out. */
  readonly promise: string;
  /** What is wrong, one sentence without a full stop. */
  readonly message: string;
  /** What to do, imperative, without a full stop. */
  readonly remedy: string;
  /** Ids, as `checkov -l` lists them. */
  readonly ids: readonly string[];
  /** Do they hold only where the settings ask for deletion protection? @default false */
  readonly onlyProtected?: boolean;
}

/**
 * The checks of Checkov that correspond to what every deployment promises. Its other checks ask for what only the user can
 * decide (own keys, access logs, WAFs, no public address at all), or object to what is meant: port 80 (CKV_AWS_260,
 * CKV_DIO_4), ping (CKV_AWS_277, CKV_OCI_22, which is about SSH).
 */
export const checkovChecks: readonly CheckovChecks[] = [
  {
    promise: "open-ssh",
    message: "SSH is open to the internet",
    remedy: "List the networks that you connect from, or use a bastion",
    ids: ["CKV_AWS_24", "CKV_GCP_2", "CKV_AZURE_10", "CKV_OCI_19"],
  },
  {
    promise: "default-firewall",
    message: "the default security group of the network is not emptied",
    remedy: "Manage it with `aws_default_security_group`, without rules",
    ids: ["CKV2_AWS_12"],
  },
  {
    promise: "public-bucket",
    message: "the bucket is public, or nothing keeps it from being made public",
    remedy: "Block public access in all four ways, and hand out signed addresses to what must be read",
    ids: ["CKV_AWS_20", "CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56", "CKV_AWS_57", "CKV_AWS_70"],
  },
  {
    promise: "public-bucket",
    message: "the bucket is public, or nothing keeps it from being made public",
    remedy: "Add an `aws_s3_bucket_public_access_block`, and remove grants to everyone",
    ids: ["CKV2_AWS_6", "CKV2_AWS_43", "CKV_AWS_375"],
  },
  {
    promise: "public-bucket",
    message: "the bucket is public, or nothing keeps it from being made public",
    remedy:
      "Write `public_access_prevention: enforced` and `uniform_bucket_level_access: true`, and grant nothing to everyone",
    ids: ["CKV_GCP_28", "CKV_GCP_29", "CKV_GCP_114"],
  },
  {
    promise: "public-bucket",
    message: "the container is public, or nothing keeps it from being made public",
    remedy: "Write `container_access_type: private` and `allow_nested_items_to_be_public: false`",
    ids: ["CKV_AZURE_34", "CKV_AZURE_190", "CKV2_AZURE_47"],
  },
  {
    promise: "public-bucket",
    message: "the bucket is public",
    remedy: "Leave `access_type` or `acl` at private",
    ids: ["CKV_OCI_10", "CKV_DIO_3"],
  },
  {
    promise: "unencrypted-data",
    message: "the data is not encrypted",
    remedy: "Turn its encryption on",
    ids: ["CKV_AWS_3", "CKV_AWS_8", "CKV_AWS_16", "CKV_AWS_96", "CKV_AZURE_2"],
  },
  {
    promise: "unencrypted-data",
    message: "the data is not encrypted on its way",
    remedy: "Write `https_traffic_only_enabled: true` and `min_tls_version: TLS1_2`",
    ids: ["CKV_AZURE_3", "CKV_AZURE_44"],
  },
  {
    promise: "metadata-service",
    message: "the metadata service of version 1 is on",
    remedy: "Write `http_tokens: required` in `metadata_options`, and a hop limit of 1",
    ids: ["CKV_AWS_79", "CKV_AWS_341"],
  },
  {
    promise: "metadata-service",
    message: "the metadata service of version 1 is on",
    remedy: "Write `are_legacy_imds_endpoints_disabled: true` in `instance_options`",
    ids: ["CKV_OCI_5"],
  },
  {
    promise: "password-login",
    message: "login with a password is allowed",
    remedy: "Write `disable_password_authentication: true`, and the keys of who may log in",
    ids: ["CKV_AZURE_1", "CKV_AZURE_49", "CKV_AZURE_149"],
  },
  {
    promise: "deletion-protection",
    message: "it can be deleted",
    remedy: "Turn its deletion protection on",
    ids: ["CKV_AWS_139", "CKV_AWS_150", "CKV_AWS_293"],
    onlyProtected: true,
  },
];
