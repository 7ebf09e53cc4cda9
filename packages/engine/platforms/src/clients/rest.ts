import { parseJson } from "@infra/inventory";
import type { z } from "zod";
import { type HttpAnswer, HttpClient, Mask, retried } from "@infra/io";
import { PlatformError } from "./errors.js";

/** What a REST client needs to know of a platform. */
export interface RestSettings {
  /** `GitHub`, for messages. */
  readonly name: string;
  /** Base URL of the API, without a slash at its end. */
  readonly base: string;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Hidden in everything that is said. */
  readonly token: string;
  /** Is the address itself a secret? Then nothing is said of it, and of what it answers with, but the host. @default false */
  readonly isAddressSecret?: boolean;
  /** What to do when the platform refuses the token, or what it may do. */
  readonly remedies: { readonly unauthorized: string; readonly forbidden: string };
  /** Milliseconds for which a request that a rate limit or a broken platform holds up is repeated. @default 120000 */
  readonly patienceMs?: number;
  /** Told when a wait is longer than a few seconds. @default - nobody */
  readonly onWait?: (notice: string) => void;
}

/** A request. */
export interface RestRequest {
  /** @default GET */
  readonly method?: "GET" | "POST" | "PUT" | "PATCH";
  /** Below the base, or a whole URL of the same server. */
  readonly path: string;
  /** Sent as JSON. @default - nothing */
  readonly body?: unknown;
  /** Does a POST only read? Then it bears repetition. @default false */
  readonly reads?: boolean;
}

/** A parsed answer. */
export interface RestAnswer<T> {
  readonly value: T;
  readonly headers: HttpAnswer["headers"];
}

/** Milliseconds that one answer may take. */
const timeout = 30_000;

/** Failures of a connection before anything was sent. */
const unsent = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"];

/**
 * Speaks JSON with the REST API of a platform. Rate limits are waited for, and what bears repetition is repeated when the platform is
 * broken or away; a POST whose answer is lost fails as `uncertain`. Redirects are not followed: they would carry the token elsewhere.
 */
export class RestApi {
  private readonly mask: Mask;
  private readonly http = new HttpClient({ answerMs: timeout, proxy: true });

  constructor(private readonly settings: RestSettings) {
    this.mask = new Mask([settings.token, ...(settings.isAddressSecret ? partsOf(settings.base) : [])]);
  }

  /** @throws PlatformError when the platform refuses, can't be reached, or answers something else than the schema says */
  async ask<S extends z.ZodType>(schema: S, request: RestRequest): Promise<z.output<S>> {
    return (await this.answer(schema, request)).value;
  }

  /** As {@link ask}, with the headers of the answer. */
  async answer<S extends z.ZodType>(schema: S, request: RestRequest): Promise<RestAnswer<z.output<S>>> {
    const response = await this.patiently(request);
    const text = await response.text().catch(() => "");
    if (!response.ok) throw this.refusal(request, response, text);
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return { value: parsed.data, headers: response.headers };
    const at = parsed.error.issues[0]?.path.join(".") ?? "";
    throw new PlatformError(
      `${this.settings.name} answered ${said(request)} with something else than its API promises${at ? ` (at ${at})` : ""}`,
      "Check that the address is the one of its API",
      response.status,
    );
  }

  /** The bytes behind a path. Where it only says where they lie, they are fetched from there without the token. @throws PlatformError */
  async bytes(path: string): Promise<Uint8Array> {
    const answered = await this.patiently({ path });
    const elsewhere = answered.status >= 300 && answered.status < 400 ? answered.headers.get("location") : null;
    const unread = (error: unknown): never => {
      throw this.unanswered({ path }, error);
    };
    const response = elsewhere === null ? answered : await this.elsewhere(elsewhere).catch(unread);
    if (!response.ok) throw this.refusal({ path }, response, await response.text().catch(() => ""));
    return new Uint8Array(await response.arrayBuffer().catch(unread));
  }

  /** What lies at an address that the platform names, without the token. */
  private async elsewhere(address: string): Promise<HttpAnswer> {
    return await this.http.send(new URL(address, this.settings.base), { follow: true, answerMs: 10 * timeout });
  }

  private patiently(request: RestRequest): Promise<HttpAnswer> {
    return retried(
      async () => await this.once(request).catch((error: unknown) => Promise.reject(this.unanswered(request, error))),
      {
        patienceMs: this.settings.patienceMs ?? 120_000,
        firstPauseMs: 500,
        longestPauseMs: 20_000,
        passes: (error) => error instanceof PlatformError && !(error.uncertain && changes(request)),
        isTransient: (answer) => bearsRepetition(request, answer) && (askedPause(answer) ?? true),
        onPause: (pause) => {
          if (pause > 5_000)
            this.settings.onWait?.(`${this.settings.name} asks to wait ${(pause / 1000).toFixed(0)} s`);
        },
      },
    );
  }

  private once({ method, path, body }: RestRequest): Promise<HttpAnswer> {
    return this.http.send(/^https?:/.test(path) ? path : this.settings.base + path, {
      ...(method ? { method } : {}),
      headers: { accept: "application/json", "user-agent": "infra", ...this.settings.headers },
      body,
    });
  }

  private unanswered(request: RestRequest, error: unknown): PlatformError {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const { code, name } = cause as { code?: unknown; name?: unknown };
    const reason = typeof code === "string" ? code : name === "TimeoutError" ? "no answer in time" : String(cause);
    return new PlatformError(
      this.mask.text(`${this.settings.name} can't be reached for ${said(request)}: ${reason}`),
      `Check that ${new URL(this.settings.base).host} can be reached, then run this again`,
      undefined,
      !unsent.includes(String(code)),
    );
  }

  private refusal(request: RestRequest, { status, headers }: HttpAnswer, text: string): PlatformError {
    const { name, remedies } = this.settings;
    const reason = status < 400 ? `it is at ${this.placeOf(headers)} now` : reasonIn(text, this.mask);
    const message = this.mask.text(`${name} answered ${said(request)} with ${String(status)}: ${reason}`);
    return new PlatformError(message, remedyOf(status, headers, remedies), status, status >= 500 && changes(request));
  }

  private placeOf(headers: HttpAnswer["headers"]): string {
    const { base, isAddressSecret } = this.settings;
    const location = headers.get("location");
    if (!isAddressSecret || location === null) return location ?? "another address";
    return URL.canParse(location, base) ? new URL(location, base).host : "another address";
  }
}

/** All of an address but its host, as it is written and as it is meant; a long part of the path may be repeated by itself. */
function partsOf(address: string): string[] {
  const { username, password, pathname, search, hash, searchParams } = new URL(address);
  const long = pathname.split("/").filter((part) => part.length >= 8);
  const written = [pathname, search, hash, username, password, ...long];
  return [address, ...written, ...searchParams.values(), ...written.map(meant)];
}

function meant(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function remedyOf(status: number, headers: HttpAnswer["headers"], remedies: RestSettings["remedies"]): string {
  if (status === 429 || headers.get("x-ratelimit-remaining") === "0")
    return "Its rate limit is reached: run this later";
  if (status === 401) return remedies.unauthorized;
  if (status === 403) return remedies.forbidden;
  if (status === 404)
    return `Check the repository and the number. Who may not see it is told the same: ${remedies.forbidden}`;
  if (status >= 500) return "The platform is in trouble: run this again";
  return status < 400 ? "Correct the address or the repository" : "Fix what it names, then run this again";
}

/** `POST /repos/acme/shop/issues`: what was asked, without the query. */
function said({ method = "GET", path }: RestRequest): string {
  return `${method} ${path.replace(/^https?:\/\/[^/]+/, "").replace(/\?.*/s, "")}`;
}

/** Would doing it twice be more than doing it once? */
function changes({ method, reads = false }: RestRequest): boolean {
  return method === "POST" && !reads;
}

/** GitHub also answers 403 where a rate limit is reached. */
function bearsRepetition(request: RestRequest, { status, headers }: HttpAnswer): boolean {
  if (status === 429) return true;
  if (status === 403) return headers.has("retry-after") || headers.get("x-ratelimit-remaining") === "0";
  return status >= 500 && status !== 501 && !changes(request);
}

/** The pause that the platform asks for, in milliseconds. */
function askedPause({ headers }: HttpAnswer): number | undefined {
  const after = headers.get("retry-after");
  if (after !== null) {
    const pause = /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.now();
    return Number.isNaN(pause) ? undefined : pause;
  }
  const reset = Number(headers.get("x-ratelimit-reset") ?? headers.get("ratelimit-reset"));
  const exhausted = [headers.get("x-ratelimit-remaining"), headers.get("ratelimit-remaining")].includes("0");
  return exhausted && reset > 0 ? Math.max(0, reset * 1000 - Date.now()) + 1000 : undefined;
}

/** What a platform says in its answer: `{ "message": … }` of both, with the errors of GitHub; else its first words. Masked before it is cut. */
function reasonIn(text: string, mask: Mask): string {
  const json = parseJson(text);
  const { message, error, errors } = (typeof json === "object" && json !== null ? json : {}) as Record<string, unknown>;
  const parts = [message ?? error, errors].flatMap((part) =>
    part === undefined ? [] : typeof part === "string" ? part : JSON.stringify(part),
  );
  const said = mask
    .text(parts.length > 0 ? parts.join(" ") : text)
    .replaceAll(/[\s\p{C}]+/gu, " ")
    .trim();
  return said.slice(0, 300) || "no reason given";
}
