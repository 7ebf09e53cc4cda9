import { z } from "zod";

/** An API that is asked page by page. */
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
