import { infraError, isOn, setting, type StateSettings } from "@infra/inventory";

/** A bucket and how to reach it. */
export interface S3Settings {
  readonly bucket: string;
  /** @default - AWS */
  readonly endpoint?: string;
  readonly region: string;
  readonly pathStyle: boolean;
  /** What every key begins with, without a slash at the end. */
  readonly prefix: string;
  /** Milliseconds for which a store that does not answer is asked again. @default 20000 */
  readonly patienceMs?: number;
  /** @default - the SDK looks for them as every AWS tool does */
  readonly credentials?: S3Credentials;
  /** @default - the store itself must honour conditional writes */
  readonly consul?: ConsulSettings;
}

/** Who asks a bucket. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Belongs to temporary credentials of AWS. @default - they are not temporary */
  readonly sessionToken?: string;
}

/** Consul servers and how to use them. */
export interface ConsulSettings {
  /** Base URLs; the next one is asked when one does not answer. */
  readonly addresses: readonly string[];
  readonly token?: string;
  /** Seconds within which Consul frees the lock of a run that is gone; 22 at least. */
  readonly ttl: number;
  /** Milliseconds for which servers that do not answer are asked again. @default 20000 */
  readonly patienceMs?: number;
  /** What every key begins with, without a slash at the end. */
  readonly prefix: string;
}

const DEFAULT_TTL = 30;

/**
 * The settings of a bucket: what the inventory says, after what the environment says.
 *
 * @throws InfraError when there is no bucket.
 */
export function s3Settings(state: StateSettings, product: string, env: Readonly<NodeJS.ProcessEnv>): S3Settings {
  const bucket = setting(env, "TF_STATE_BUCKET") ?? state.bucket;
  if (!bucket)
    throw infraError(
      "states are to be kept in S3, and no bucket is named",
      "Add `state: { kind: s3, bucket: … }` to inventory/product.yaml, or set TF_STATE_BUCKET",
    );
  const endpoint = setting(env, "TF_STATE_ENDPOINT") ?? state.endpoint;
  const prefix = (setting(env, "TF_STATE_PREFIX") ?? state.prefix ?? product).replace(/\/+$/, "");
  const pathStyle = setting(env, "TF_STATE_PATH_STYLE");
  const consul = consulSettings(state, prefix, env);
  const credentials = credentialsIn(env);
  const seconds = Number(env["TF_STATE_PATIENCE"]);
  const patience = seconds > 0 ? { patienceMs: seconds * 1_000 } : {};
  return {
    bucket,
    prefix,
    region: setting(env, "TF_STATE_REGION") ?? state.region ?? setting(env, "AWS_REGION") ?? "us-east-1",
    // Stores other than that of AWS rarely have a host name per bucket.
    pathStyle: pathStyle === undefined ? (state.pathStyle ?? endpoint !== undefined) : isOn(pathStyle),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials && { credentials }),
    ...(consul && { consul: { ...consul, ...patience } }),
    ...patience,
  };
}

function consulSettings(
  { consul }: StateSettings,
  prefix: string,
  env: Readonly<NodeJS.ProcessEnv>,
): ConsulSettings | undefined {
  const named = setting(env, "TF_STATE_CONSUL");
  if (!consul && !named) return undefined;
  const known = named?.split(",").map((each) => each.trim()) ?? consul?.address ?? setting(env, "CONSUL_HTTP_ADDR");
  const addresses = [known ?? []].flat().map((address) => (/^https?:/.test(address) ? address : `http://${address}`));
  if (addresses.length === 0)
    throw infraError(
      "states are to be locked through Consul, and no address of it is known",
      "Add `state: { consul: { address: … } }` to inventory/product.yaml, or set TF_STATE_CONSUL",
    );
  const token = env["CONSUL_HTTP_TOKEN"];
  return {
    addresses: addresses.map((address) => address.replace(/\/+$/, "")),
    ttl: consul?.ttl ?? DEFAULT_TTL,
    prefix: `infra/state/${prefix}`,
    ...(token ? { token } : {}),
  };
}

/** Own ones go first: those of AWS may be the credentials of the cloud that is deployed to. */
function credentialsIn(env: Readonly<NodeJS.ProcessEnv>): S3Credentials | undefined {
  for (const [id, secret] of [
    ["TF_STATE_ACCESS_KEY_ID", "TF_STATE_SECRET_ACCESS_KEY"],
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
  ] as const) {
    const [accessKeyId, secretAccessKey] = [env[id], env[secret]];
    const sessionToken = id === "AWS_ACCESS_KEY_ID" ? env["AWS_SESSION_TOKEN"] : undefined;
    if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  }
  return undefined;
}
