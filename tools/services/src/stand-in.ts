import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request to a stand-in. */
export interface Asked {
  readonly method: string;
  /** Path below the API, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The parsed JSON; an empty object when there is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a stand-in answers. */
export interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a stand-in does to requests in place of, or after, doing what they ask. */
export interface Fault {
  /** Status of the answer; `cut` closes the connection without one. */
  readonly answer: number | "cut";
  /** Headers of the answer, such as `retry-after`. @default - none */
  readonly headers?: Readonly<Record<string, string>>;
  /** Does what is asked before: only the answer is lost. @default false */
  readonly done?: boolean;
  /** How many requests it concerns. @default 1 */
  readonly times?: number;
  /** Which requests it concerns. @default - all */
  readonly when?: (asked: Asked) => boolean;
}

/** A server on loopback that speaks a part of an API. */
export interface StandIn {
  /** URL of the API. */
  readonly url: string;
  /** What was asked so far: `POST /repos/acme/shop/issues`. */
  readonly asked: readonly string[];
  /** Disturbs the next requests. */
  disturb(fault: Fault): void;
  close(): Promise<void>;
}

/** Starts a server on a free port of the loopback interface. @param prefix Path before the API: `/api/v4`. */
export async function startStandIn(prefix: string, answer: (asked: Asked, url: string) => Answered): Promise<StandIn> {
  const asked: string[] = [];
  const faults: (Fault & { left: number })[] = [];
  let url = "";
  const server = createServer((request, response) => {
    void read(request, prefix).then((each) => {
      asked.push(`${each.method} ${each.path}`);
      const fault = faults.find(({ left, when = () => true }) => left > 0 && when(each));
      if (fault) fault.left -= 1;
      const answered = !fault || fault.done ? answer(each, url) : undefined;
      if (fault) spoil(response, fault);
      else if (answered) send(response, answered);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}${prefix}`;
  return {
    url,
    asked,
    disturb: (fault) => void faults.push({ ...fault, left: fault.times ?? 1 }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(request: IncomingMessage, prefix: string): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const url = new URL(request.url ?? "", "http://localhost");
  const text = Buffer.concat(chunks).toString("utf8");
  return {
    method: request.method ?? "",
    path: url.pathname.startsWith(`${prefix}/`) ? url.pathname.slice(prefix.length) : url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

function spoil(response: ServerResponse, { answer, headers = {} }: Fault): void {
  if (answer === "cut") response.destroy();
  else send(response, { status: answer, headers, body: { message: `disturbed: ${String(answer)}` } });
}

function send(response: ServerResponse, { status, body, headers = {} }: Answered): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** One page of a list, with what both platforms say of the others. */
export function pageOf<T>(items: readonly T[], query: URLSearchParams, fallback: number) {
  const size = Math.min(100, Number(query.get("per_page") ?? fallback));
  const page = Number(query.get("page") ?? 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  return { items: items.slice((page - 1) * size, page * size), page, next: page < last ? page + 1 : undefined, last };
}
