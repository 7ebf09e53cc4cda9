import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A server on loopback that takes what is posted to it. */
export interface Receiver {
  readonly url: string;
  readonly received: { readonly text: string }[];
  close(): Promise<void>;
}

/** Starts it; what is not signed is refused. */
export async function startReceiver(): Promise<Receiver> {
  const received: { text: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const signed = request.headers["x-infra-signature-256"] !== undefined;
      if (signed) received.push({ text: Buffer.concat(chunks).toString("utf8") });
      response.writeHead(signed ? 200 : 401).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    received,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** What a notice says: `drift production/network`. */
export function happeningsIn(text: string): string[] {
  const { happenings } = JSON.parse(text) as { happenings: { event: string; deployment: string }[] };
  return happenings.map(({ event, deployment }) => `${event} ${deployment}`);
}
