import { connectionProblem, HttpClient, retried } from "@infra/io";
import type { ConsulSettings } from "./remote-settings.js";

const DEFAULT_PATIENCE_MS = 20_000;
const ANSWER_TIMEOUT_MS = 10_000;

/** An answer of Consul that was expected. */
export interface ConsulAnswer {
  readonly status: number;
  readonly text: string;
  readonly date: Date | undefined;
}

/** A call of Consul's HTTP interface. */
export interface ConsulCall {
  readonly method: "GET" | "PUT" | "DELETE";
  /** Path and query, below `/v1/`. */
  readonly path: string;
  readonly body?: string;
  /** Answers that are not failures, besides 200. @default - none */
  readonly accept?: readonly number[];
  /** Milliseconds after which no new attempt begins. @default - the client's */
  readonly patienceMs?: number;
}

/** Consul does not answer, has no leader, or refuses. */
export class ConsulFailure extends Error {
  constructor(
    message: string,
    /** @default - there was no answer */
    readonly status: number | undefined,
    options: ErrorOptions = {},
  ) {
    super(message, options);
    this.name = "ConsulFailure";
  }
}

/** Consul over HTTP. Calls are repeated for a while when a server does not answer or has no leader, at the next server. */
export class ConsulClient {
  private server = 0;
  private readonly http = new HttpClient({ answerMs: ANSWER_TIMEOUT_MS });

  constructor(readonly settings: ConsulSettings) {}

  /** Calls; the caller takes care that repetition does no harm. Throws {@link ConsulFailure}. */
  call(call: ConsulCall): Promise<ConsulAnswer> {
    return retried(() => this.attempt(call), {
      patienceMs: call.patienceMs ?? this.settings.patienceMs ?? DEFAULT_PATIENCE_MS,
      passes: (error) => {
        const passes = error instanceof ConsulFailure && mayPass(error, this.settings.addresses.length);
        if (passes) this.server += 1;
        return passes;
      },
    });
  }

  private async attempt({ method, path, body, accept = [] }: ConsulCall): Promise<ConsulAnswer> {
    const { addresses, token } = this.settings;
    const address = addresses[this.server % addresses.length] ?? "";
    let status: number;
    let text: string;
    let date: string | null;
    try {
      const headers: Record<string, string> = token === undefined ? {} : { "X-Consul-Token": token };
      const response = await this.http.send(`${address}/v1/${path}`, { method, headers, body });
      ({ status } = response);
      date = response.headers.get("date");
      text = await response.text();
    } catch (error) {
      throw new ConsulFailure(`Consul at ${address} does not answer: ${reasonOf(error)}`, undefined, { cause: error });
    }
    if (status === 200 || accept.includes(status))
      return { status, text, date: date === null ? undefined : new Date(date) };
    throw new ConsulFailure(`Consul at ${address} answers ${String(status)}: ${text.trim().slice(0, 200)}`, status);
  }
}

/** With several servers, another one may have the name or the certificate that this one lacks. */
function mayPass(error: ConsulFailure, servers: number): boolean {
  if (error.status !== undefined) return error.status >= 500;
  return servers > 1 || (connectionProblem(error)?.passes ?? true);
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
  return connectionProblem(error)?.reason ?? cause?.code ?? cause?.message ?? message;
}
