import { z } from "zod";

/** An API that answers in JSON. */
export interface Api {
  /** Beginning of every address, without a slash at the end. */
  readonly url: string;
  /** The variable that holds the token. */
  readonly tokenVariable: string;
  /** Headers besides the token's. @default - none */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks an API. @throws Error that names the address and what was wrong; never the token. */
export async function get<S extends z.ZodType>(api: Api, path: string, schema: S): Promise<z.output<S>> {
  const token = process.env[api.tokenVariable];
  if (!token) throw new Error(`${api.tokenVariable} is not set. Set it to a token that may read`);
  const address = `${api.url}${path}`;
  const response = await fetch(address, { headers: { ...api.headers, authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${address} answered ${String(response.status)}. Check ${api.tokenVariable}`);
  const parsed = schema.safeParse(await response.json());
  if (!parsed.success) throw new Error(`${address} answered something else: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
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
