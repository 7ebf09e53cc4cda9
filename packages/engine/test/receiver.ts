import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that a receiver got. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A server on loopback that takes what is posted to it. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Statuses of the next answers; 200 after them. */
  readonly answers: number[];
  /** What an answer says that is no 200. @default no_service */
  refusal: string;
  /** Where answers of 3xx send to. @default - nowhere */
  location?: string;
  close(): Promise<void>;
}

/** Starts it. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: number[] = [];
  const own: Pick<Receiver, "refusal" | "location"> = { refusal: "no_service" };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({
        path: request.url ?? "",
        headers: request.headers,
        text: Buffer.concat(chunks).toString("utf8"),
      });
      const status = answers.shift() ?? 200;
      const moved = status >= 300 && status < 400 && own.location;
      response.writeHead(status, moved ? { location: moved } : {}).end(status === 200 ? "ok" : own.refusal);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(own, {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    received,
    answers,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
