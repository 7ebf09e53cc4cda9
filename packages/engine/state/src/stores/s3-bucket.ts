import { createHash } from "node:crypto";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { connectionProblem, HttpClient, retried } from "@infra/io";
import type { S3Settings } from "../remote-settings.js";

const CONNECT_TIMEOUT_MS = 5_000;
const SILENCE_TIMEOUT_MS = 20_000;
const DEFAULT_PATIENCE_MS = 20_000;
const MAX_CONNECTIONS = 50;
/** Answers that mean: try again later. */
const PASSING = new Set([408, 409, 429]);

/** The objects of a bucket. Every call is repeated, for a while, when the store does not answer or answers 5xx. */
export class S3Bucket {
  private readonly client: S3Client;

  constructor(readonly settings: S3Settings) {
    const { endpoint, region, pathStyle, credentials } = settings;
    // Which Node a run needs is said by this package, not on the error output of every run.
    process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
    this.client = new S3Client({
      region,
      forcePathStyle: pathStyle,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials && { credentials }),
      // Repeated here, where it is known what bears repetition, and without a budget that parallel runs would share.
      maxAttempts: 1,
      // Every S3 understands Content-MD5; newer checksums are not known to all.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      requestHandler: {
        connectionTimeout: CONNECT_TIMEOUT_MS,
        socketTimeout: SILENCE_TIMEOUT_MS,
        requestTimeout: SILENCE_TIMEOUT_MS,
        throwOnRequestTimeout: true,
        httpAgent: { keepAlive: true, maxSockets: MAX_CONNECTIONS },
        httpsAgent: { keepAlive: true, maxSockets: MAX_CONNECTIONS },
      },
    });
  }

  /** `s3://bucket/prefix/…` */
  place(key: string): string {
    return `s3://${this.settings.bucket}/${this.settings.prefix}/${key}`;
  }

  /** Keys below a folder, without the folder itself. */
  async list(folder: string): Promise<string[]> {
    const names: string[] = [];
    const prefix = `${this.key(folder)}/`;
    let token: string | undefined;
    do {
      const page = await this.send(() =>
        this.client.send(
          new ListObjectsV2Command({
            Bucket: this.settings.bucket,
            Prefix: prefix,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        ),
      );
      names.push(...(page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key.slice(prefix.length)])));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return names;
  }

  /** Names of the folders in a folder; of the topmost ones when it has no name. */
  async folders(folder: string): Promise<string[]> {
    const names: string[] = [];
    const prefix = folder === "" ? this.key("") : `${this.key(folder)}/`;
    let token: string | undefined;
    do {
      const query = { Bucket: this.settings.bucket, Prefix: prefix, Delimiter: "/" };
      const more = token === undefined ? {} : { ContinuationToken: token };
      const page = await this.send(() => this.client.send(new ListObjectsV2Command({ ...query, ...more })));
      for (const { Prefix = "" } of page.CommonPrefixes ?? []) names.push(Prefix.slice(prefix.length, -1));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return names;
  }

  /** An object's bytes. @returns undefined when it does not exist */
  async get(key: string): Promise<Buffer | undefined> {
    try {
      return await this.send(async () => {
        const answer = await this.client.send(
          new GetObjectCommand({ Bucket: this.settings.bucket, Key: this.key(key) }),
        );
        return Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
      });
    } catch (error) {
      if (statusOf(error) === 404 && nameOf(error) !== "NoSuchBucket") return undefined;
      throw error;
    }
  }

  /** Writes an object, also over one that exists. */
  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.send(() => this.client.send(this.putCommand(key, bytes)));
  }

  /**
   * Creates an object unless the key is taken; only stores that honour `If-None-Match` do that.
   * @returns false when it is taken by other content
   */
  async create(key: string, bytes: Uint8Array): Promise<boolean> {
    try {
      await this.send(() => this.client.send(this.putCommand(key, bytes, "*")));
      return true;
    } catch (error) {
      if (statusOf(error) !== 412) throw error;
    }
    // An attempt whose answer was lost may have gone through.
    return (await this.get(key))?.equals(bytes) ?? false;
  }

  /** Removes an object. Harmless when it does not exist. */
  async remove(key: string): Promise<void> {
    await this.send(() =>
      this.client.send(new DeleteObjectCommand({ Bucket: this.settings.bucket, Key: this.key(key) })),
    );
  }

  /** Asks for the bucket itself. Throws when it does not exist, or may not be used. */
  async head(): Promise<void> {
    await this.send(() => this.client.send(new HeadBucketCommand({ Bucket: this.settings.bucket })));
  }

  /** The store's clock as an answer says it; asked without a signature, which a wrong clock would spoil. */
  async clock(): Promise<Date | undefined> {
    const { endpoint, region } = this.settings;
    const http = new HttpClient({ answerMs: CONNECT_TIMEOUT_MS });
    try {
      const answer = await http.send(endpoint ?? `https://s3.${region}.amazonaws.com`);
      const date = answer.headers.get("date");
      return date === null ? undefined : new Date(date);
    } catch {
      return undefined;
    } finally {
      await http.close();
    }
  }

  /** Closes the connections. */
  close(): void {
    this.client.destroy();
  }

  private putCommand(key: string, bytes: Uint8Array, ifNoneMatch?: "*"): PutObjectCommand {
    return new PutObjectCommand({
      Bucket: this.settings.bucket,
      Key: this.key(key),
      Body: bytes,
      ContentLength: bytes.byteLength,
      ContentMD5: createHash("md5").update(bytes).digest("base64"),
      ...(ifNoneMatch && { IfNoneMatch: ifNoneMatch }),
    });
  }

  private key(key: string): string {
    return `${this.settings.prefix}/${key}`;
  }

  private async send<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await retried(action, { patienceMs: this.settings.patienceMs ?? DEFAULT_PATIENCE_MS, passes: mayPass });
    } catch (error) {
      throw describe(error, this.settings);
    }
  }
}

/** No answer at all, or one that says that the store has a problem of its own. */
function mayPass(error: unknown): boolean {
  const status = statusOf(error);
  if (status === undefined)
    return nameOf(error) !== "CredentialsProviderError" && (connectionProblem(error)?.passes ?? true);
  return status >= 500 || status === 200 || PASSING.has(status);
}

/** HTTP status of an answer. @returns undefined when there was none */
function statusOf(error: unknown): number | undefined {
  if (error instanceof S3Failure) return error.status;
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

function nameOf(error: unknown): string {
  if (error instanceof S3Failure) return error.reason;
  return error instanceof Error ? error.name : "";
}

/** An answer of the store, or its absence, in words. */
export class S3Failure extends Error {
  constructor(
    message: string,
    readonly status: number | undefined,
    /** The store's own name of the problem: `AccessDenied`. */
    readonly reason: string,
    options: ErrorOptions,
  ) {
    super(message, options);
    this.name = "S3Failure";
  }
}

function describe(error: unknown, { bucket, endpoint }: S3Settings): S3Failure {
  const status = statusOf(error);
  const where = `s3://${bucket} at ${endpoint ?? "AWS"}`;
  const text = connectionProblem(error)?.reason ?? (error instanceof Error ? error.message || error.name : "");
  const said =
    status === undefined ? `does not answer: ${text}` : `answers ${String(status)} ${nameOf(error)}: ${text}`;
  return new S3Failure(`${where} ${said}`, status, nameOf(error), { cause: error });
}
