import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a route answers: JSON, bytes, or another address. */
export type Answer = { readonly json: unknown } | { readonly bytes: Uint8Array } | { readonly location: string };

/** A server on loopback that answers some paths itself and hands the others to a stand-in. */
export interface PlatformServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts it. @param route Answers a GET; `undefined` hands it on @param standIn URL of the stand-in, with its prefix */
export async function startPlatformServer(
  prefix: string,
  standIn: string,
  route: (path: string, query: URLSearchParams, authorized: boolean) => Answer | undefined,
): Promise<PlatformServer> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    const path = url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length) : url.pathname;
    const authorized = request.headers.authorization !== undefined || request.headers["private-token"] !== undefined;
    const answer = request.method === "GET" ? route(path, url.searchParams, authorized) : undefined;
    if (answer) send(response, answer);
    else void forward(request, response, standIn + path + url.search);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}${prefix}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, answer: Answer): void {
  if ("location" in answer) response.writeHead(302, { location: answer.location }).end();
  else if ("bytes" in answer) response.writeHead(200, { "content-type": "application/zip" }).end(answer.bytes);
  else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer.json));
}

async function forward(request: IncomingMessage, response: ServerResponse, url: string): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const own = ["host", "connection", "content-length"];
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !own.includes(name)));
  const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {};
  const method = request.method ?? "GET";
  const answered = await fetch(url, { method, headers: headers as Record<string, string>, ...body });
  const kept = ["content-type", "link", "x-next-page"].flatMap((name) => {
    const value = answered.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  response.writeHead(answered.status, Object.fromEntries(kept)).end(Buffer.from(await answered.arrayBuffer()));
}
