import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./ports.js";

/** What a proxy does to requests instead of passing them on. */
export interface Disturbance {
  /** `answer`: a status in place of the service; `drop`: the request goes through, its answer does not; `delay`: waits first. */
  readonly kind: "answer" | "drop" | "delay";
  /** Status of `answer`. @default 503 */
  readonly status?: number;
  /** Milliseconds of `delay`. @default 1000 */
  readonly delayMs?: number;
  /** How many requests it concerns. @default - all, until {@link Proxy.mend} */
  readonly times?: number;
  /** Which requests it concerns. @default - all */
  readonly when?: (method: string, path: string) => boolean;
}

/** Stands between a client and a service. */
export interface Proxy {
  readonly url: string;
  /** `<method> <path>` of every request that came, in order. */
  readonly requests: readonly string[];
  /** Begins to disturb. */
  disturb(disturbance: Disturbance): void;
  /** Closes the port and every connection. */
  cut(): Promise<void>;
  /** Ends all disturbances, and listens again. */
  mend(): Promise<void>;
  stop(): Promise<void>;
}

interface Active {
  readonly disturbance: Disturbance;
  left: number;
}

/** Starts a proxy in front of a service. */
export async function startProxy(target: string): Promise<Proxy> {
  const active: Active[] = [];
  const requests: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const { method = "", url = "" } = incoming;
    requests.push(`${method} ${url}`);
    const found = active.find(({ left, disturbance }) => left > 0 && (disturbance.when?.(method, url) ?? true));
    if (found) found.left -= 1;
    handle(target, incoming, outgoing, found?.disturbance).catch(() => outgoing.destroy());
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const port = await freePort();
  await listen(port);
  return {
    url: `http://127.0.0.1:${String(port)}`,
    requests,
    disturb: (disturbance) => void active.push({ disturbance, left: disturbance.times ?? Infinity }),
    cut: close,
    mend: async () => {
      active.length = 0;
      if (!server.listening) await listen(port);
    },
    stop: close,
  };
}

async function handle(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  disturbance: Disturbance | undefined,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  if (disturbance?.kind === "delay") await sleep(disturbance.delayMs ?? 1_000);
  if (disturbance?.kind === "answer") return void outgoing.writeHead(disturbance.status ?? 503).end("disturbed");
  const { status, headers, body } = await forward(target, incoming, Buffer.concat(chunks));
  if (disturbance?.kind === "drop") return void outgoing.destroy();
  outgoing.writeHead(status, headers).end(body);
}

/** The headers stay as they are: the host is part of what S3 clients sign. */
function forward(
  target: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const passed = request(`${target}${url ?? ""}`, { method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer
        .on("data", (chunk: Buffer) => chunks.push(chunk))
        .once("error", reject)
        .once("end", () => {
          delete answer.headers["transfer-encoding"];
          resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(chunks) });
        });
    });
    passed.once("error", reject).end(body);
  });
}
