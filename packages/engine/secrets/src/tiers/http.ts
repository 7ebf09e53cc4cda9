import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseJson } from "@infra/inventory";
import type { Dispatcher } from "undici";
import { connectionFailure, SecretFailure, wrong } from "../failure.js";

/** A request to the HTTP API of a tier. */
export interface ApiRequest {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "LIST";
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. @default - nothing */
  readonly body?: unknown;
  /** May it be sent again when the connection broke? @default - only a GET */
  readonly repeat?: boolean | undefined;
}

/** What the server answered. */
export interface ApiAnswer {
  readonly status: number;
  /** The body when it is JSON. */
  readonly json: unknown;
}

/** In milliseconds: how long an answer may take, and the pauses before a request is sent again. */
const timeout = 10_000;
const pauses = [200, 600];

/** Speaks to the HTTP API of a tier: JSON, with a time limit, never through a redirect, and again when the connection broke. */
export class Api {
  private readonly ca: { ca?: string };
  private dispatcher: Promise<Dispatcher> | undefined;

  /** @param certificates File of the certificate authority. @default - the system's */
  constructor(
    private readonly base: string,
    certificates?: string,
  ) {
    this.ca = certificates ? { ca: readCertificates(certificates) } : {};
  }

  /** @throws SecretFailure when no answer comes */
  async ask(path: string, request: ApiRequest = {}): Promise<ApiAnswer> {
    const repeatable = request.repeat ?? (request.method ?? "GET") === "GET";
    for (const pause of repeatable ? pauses : []) {
      const answer = await this.once(path, request).catch((error: unknown) => {
        if (error instanceof SecretFailure && error.kind === "unavailable" && !error.reason.startsWith("no answer"))
          return undefined;
        throw error;
      });
      if (answer && ![500, 502, 504].includes(answer.status)) return answer;
      await sleep(pause);
    }
    return await this.once(path, request);
  }

  /** Closes what is open. */
  async close(): Promise<void> {
    await (await this.dispatcher)?.destroy();
    this.dispatcher = undefined;
  }

  /** Loaded by who needs it: most commands speak to no server. */
  private connect(): Promise<Dispatcher> {
    const make = async () => {
      const { Agent } = await import("undici");
      return new Agent({ connect: { timeout: 5_000, ...this.ca }, pipelining: 0, keepAliveTimeout: 1_000 });
    };
    return (this.dispatcher ??= make());
  }

  private async once(path: string, { method = "GET", headers = {}, body }: ApiRequest): Promise<ApiAnswer> {
    const { fetch } = await import("undici");
    const dispatcher = await this.connect();
    try {
      const answer = await fetch(`${this.base}${path}`, {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        dispatcher,
        redirect: "manual",
        signal: AbortSignal.timeout(timeout),
      });
      return { status: answer.status, json: parseJson(await answer.text()) };
    } catch (error) {
      throw connectionFailure(error, timeout);
    }
  }
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw wrong(`${file}, which should hold certificates, can't be read`, "Correct its path");
  }
}
