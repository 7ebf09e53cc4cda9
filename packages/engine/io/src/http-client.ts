import type { Dispatcher, Response } from "undici";

/** How a client connects. */
export interface HttpOptions {
  /** Milliseconds to wait for a connection. @default 5000 */
  readonly connectMs?: number;
  /** Milliseconds that an answer may take from the first byte sent to the last one received. @default - see `idleMs` */
  readonly answerMs?: number;
  /** Milliseconds to wait for the head of an answer, and for each further part of it. @default 30000 */
  readonly idleMs?: number;
  /** Certificates of the authorities that servers are checked against, PEM. @default - those of the system */
  readonly ca?: string;
  /** Uses the proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name; never for this machine itself. @default false */
  readonly proxy?: boolean;
}

/** A request, sent once. */
export interface HttpRequest {
  /** @default GET */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is, anything else as JSON with its content type. @default - nothing */
  readonly body?: unknown;
  /** Follows redirects, which carry the headers elsewhere. @default false */
  readonly follow?: boolean;
  /** Milliseconds that this answer may take. @default - those of the client */
  readonly answerMs?: number;
}

/** What a server answered; its body is read once. */
export type HttpAnswer = Response;

/** Names of this machine, which no proxy reaches. */
const ownNames = ["localhost", "127.0.0.1", "[::1]"];

/**
 * The HTTP client of the runner: time limits, the system's or other certificates, the proxy of the environment, and no redirect unless
 * it is asked for. It sends each request once; what may be repeated is repeated by `retried`. The library behind it is loaded with the
 * first request.
 */
export class HttpClient {
  private dispatcher: Promise<Dispatcher> | undefined;

  constructor(private readonly options: HttpOptions = {}) {}

  /** Sends a request. @throws the error of the connection, whose cause `connectionProblem` explains */
  async send(
    url: string | URL,
    { method = "GET", headers = {}, body, follow, answerMs }: HttpRequest = {},
  ): Promise<HttpAnswer> {
    const { fetch } = await import("undici");
    const most = answerMs ?? this.options.answerMs;
    const isText = typeof body === "string";
    return await fetch(url, {
      method,
      headers: { ...headers, ...(body === undefined || isText ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      dispatcher: await this.connect(),
      redirect: follow ? "follow" : "manual",
      ...(most === undefined ? {} : { signal: AbortSignal.timeout(most) }),
    });
  }

  /** Closes the connections; a later request opens new ones. */
  async close(): Promise<void> {
    const { dispatcher } = this;
    this.dispatcher = undefined;
    await (await dispatcher)?.destroy();
  }

  private connect(): Promise<Dispatcher> {
    return (this.dispatcher ??= this.makeDispatcher());
  }

  private async makeDispatcher(): Promise<Dispatcher> {
    const { connectMs = 5_000, idleMs = 30_000, ca, proxy } = this.options;
    const { Agent, EnvHttpProxyAgent } = await import("undici");
    const settings = {
      connect: { timeout: connectMs, ...(ca === undefined ? {} : { ca }) },
      headersTimeout: idleMs,
      bodyTimeout: idleMs,
      keepAliveTimeout: 1_000,
      pipelining: 0,
    };
    if (!proxy) return new Agent(settings);
    const { no_proxy, NO_PROXY } = process.env;
    return new EnvHttpProxyAgent({ ...settings, noProxy: [no_proxy ?? NO_PROXY ?? [], ownNames].flat().join(",") });
  }
}
