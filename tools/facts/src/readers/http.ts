import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";

/** An API that answers in JSON. */
export interface Api {
  /** Beginning of every address, without a slash at the end. */
  readonly url: string;
  /** The variable that holds the token. @default - the API takes none */
  readonly tokenVariable?: string;
  /** Headers besides the token's. @default - none */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How often an address is asked before it counts as failed. */
const attempts = 4;

/** Milliseconds before the second attempt; each pause is twice the one before. */
const firstPause = 1000;

/** The longest pause that a server may ask for, in milliseconds. */
const longestPause = 60_000;

/** Milliseconds until an answer begins. */
const patience = 60_000;

/** Asks an API. @throws Error that names the address and what was wrong; never the token. */
export async function get<S extends z.ZodType>(api: Api, path: string, schema: S): Promise<z.output<S>> {
  const response = await open(api, path);
  const parsed = schema.safeParse(await bodyOf(response, `${api.url}${path}`));
  if (!parsed.success) throw new Error(`${shown(api, path)} answered something else: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/**
 * Asks an API and gives its answer as it comes. What may pass by itself is tried again: too many requests, errors of the server, and
 * connections that fail.
 *
 * @throws Error that names the address and what was wrong; never the token.
 */
export async function open(api: Api, path: string): Promise<Response> {
  const headers = { ...api.headers, ...authorization(api) };
  for (let attempt = 1; ; attempt++) {
    const answer = await once(`${api.url}${path}`, headers);
    if (answer instanceof Response && answer.ok) return answer;
    const passing = !(answer instanceof Response) || answer.status === 429 || answer.status >= 500;
    if (!passing || attempt === attempts) throw new Error(failure(api, path, answer, attempt));
    if (answer instanceof Response) await answer.body?.cancel();
    await wait(pauseAfter(answer, attempt));
  }
}

/**
 * Asks an API for a list, page by page: for the first, then for each that a page names as the next.
 *
 * @param path Of the first page, with the words of its query.
 * @param nextOf The number of the page that comes after a page; undefined at the last.
 * @throws Error as `get` does, and for a page that does not come after its own.
 */
export async function getPages<S extends z.ZodType>(
  api: Api,
  path: string,
  schema: S,
  nextOf: (page: z.output<S>) => number | undefined,
): Promise<z.output<S>[]> {
  const pages: z.output<S>[] = [];
  let number: number | undefined = 1;
  while (number !== undefined) {
    const page: z.output<S> = await get(api, `${path}&page=${String(number)}`, schema);
    const next = nextOf(page);
    if (next !== undefined && !(next > number))
      throw new Error(`${api.url}${path}: page ${String(next)} comes after page ${String(number)}`);
    pages.push(page);
    number = next;
  }
  return pages;
}

function authorization({ tokenVariable }: Api): Record<string, string> {
  if (tokenVariable === undefined) return {};
  return { authorization: `Bearer ${tokenOf(tokenVariable)}` };
}

/** The value of a variable that holds a token. @throws Error when it is not set */
export function tokenOf(variable: string): string {
  const token = process.env[variable];
  if (!token) throw new Error(`${variable} is not set. Set it to a token that may read`);
  return token;
}

async function once(address: string, headers: Record<string, string>): Promise<Response | Error> {
  try {
    return await fetch(address, { headers, signal: AbortSignal.timeout(patience) });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function bodyOf(response: Response, address: string): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    throw new Error(`${address.split("?")[0] ?? ""} answered no JSON`, { cause: error });
  }
}

function pauseAfter(answer: Response | Error, attempt: number): number {
  const asked = answer instanceof Response ? Number(answer.headers.get("retry-after") ?? Number.NaN) : Number.NaN;
  return Number.isFinite(asked) ? Math.min(asked * 1000, longestPause) : firstPause * 2 ** (attempt - 1);
}

function failure(api: Api, path: string, answer: Response | Error, tried: number): string {
  const times = tried > 1 ? `, ${String(tried)} times` : "";
  const address = shown(api, path);
  if (answer instanceof Error) {
    const { cause } = answer;
    return `${address} cannot be reached${times}: ${cause instanceof Error ? cause.message : answer.message}`;
  }
  const check = api.tokenVariable === undefined ? "" : `. Check ${api.tokenVariable}`;
  return `${address} answered ${String(answer.status)}${times}${check}`;
}

/** The address as it may be shown: a key may be part of the query. */
function shown({ url }: Api, path: string): string {
  return `${url}${path.replace(/([?&]key=)[^&]*/, "$1…")}`;
}
