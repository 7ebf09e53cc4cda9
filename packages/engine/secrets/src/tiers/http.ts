import { readFileSync } from "node:fs";
import { parseJson } from "@infra/inventory";
import { HttpClient, retried } from "@infra/io";
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

/** Milliseconds that an answer may take. */
const timeout = 10_000;

/** Speaks to the HTTP API of a tier: JSON, with a time limit, never through a redirect, and again when the connection broke. */
export class Api {
  private readonly http: HttpClient;

  /** @param certificates File of the certificate authority. @default - the system's */
  constructor(
    private readonly base: string,
    certificates?: string,
  ) {
    this.http = new HttpClient({ answerMs: timeout, ...(certificates ? { ca: readCertificates(certificates) } : {}) });
  }

  /** @throws SecretFailure when no answer comes */
  ask(path: string, request: ApiRequest = {}): Promise<ApiAnswer> {
    const isRepeatable = request.repeat ?? (request.method ?? "GET") === "GET";
    return retried(() => this.once(path, request), {
      patienceMs: timeout,
      attempts: isRepeatable ? 3 : 1,
      firstPauseMs: 300,
      passes: (error) =>
        error instanceof SecretFailure && error.kind === "unavailable" && !error.reason.startsWith("no answer"),
      isTransient: ({ status }) => [500, 502, 504].includes(status),
    });
  }

  /** Closes what is open. */
  close(): Promise<void> {
    return this.http.close();
  }

  private async once(path: string, { method, headers, body }: ApiRequest): Promise<ApiAnswer> {
    try {
      const answer = await this.http.send(`${this.base}${path}`, {
        ...(method ? { method } : {}),
        ...(headers ? { headers } : {}),
        body,
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
