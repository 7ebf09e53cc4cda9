import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a server answers to one request: a status, and a body that is sent as it is, or as JSON. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A server on loopback, with what it was asked. */
export interface Loopback {
  readonly url: string;
  /** Paths with their queries, in their order. */
  readonly asked: readonly string[];
  close(): void;
}

/** Serves answers; a path without one is not found. @param answer Gets the address of the request and its headers. */
export async function serve(answer: (url: URL, request: IncomingMessage) => Answer | undefined): Promise<Loopback> {
  const asked: string[] = [];
  const server: Server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "", "http://localhost");
    asked.push(request.url ?? "");
    const { status = 200, headers = {}, body } = answer(url, request) ?? { status: 404, body: {} };
    response.writeHead(status, { "retry-after": "0", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${String(port)}`, asked, close: () => server.close() };
}
