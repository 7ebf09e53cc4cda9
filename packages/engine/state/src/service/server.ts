import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { type Answer, Session, type SessionOptions } from "./session.js";

const LOOPBACK = "127.0.0.1";
const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;
const MAX_LOCK_BYTES = 64 * 1024;

/** Limits of the service. */
export interface StateServiceOptions {
  /** Largest state that is accepted, in bytes. @default 268435456 (256 MiB) */
  readonly maxBytes?: number;
}

/** Starts the service on a free port of the loopback interface. */
export async function startStateService(options: StateServiceOptions = {}): Promise<StateService> {
  const service = new StateService(options);
  await service.listen();
  return service;
}

/** The engine's `http` backend for the deployments of one process. */
export class StateService {
  private readonly sessions = new Map<string, Session>();
  private readonly server: Server;
  private readonly maxBytes: number;

  /** Use {@link startStateService}. */
  constructor({ maxBytes = DEFAULT_MAX_BYTES }: StateServiceOptions) {
    this.maxBytes = maxBytes;
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  /** Begins to listen. Rejects when the port can't be opened. */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(0, LOOPBACK, resolve);
    });
  }

  /** `127.0.0.1:<port>`. */
  get host(): string {
    return `${LOOPBACK}:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** Takes the deployment's lock and serves its state until the session is closed. Throws what {@link Session.open} does. */
  async open(options: SessionOptions): Promise<Session> {
    const session = await Session.open(options, `http://${this.host}`, (closed) =>
      this.sessions.delete(closed.username),
    );
    this.sessions.set(session.username, session);
    return session;
  }

  /** Closes all sessions, then the server. */
  async close(): Promise<void> {
    const ended = await Promise.allSettled([...this.sessions.values()].map((session) => session.close()));
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
    const failed = ended.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: Answer;
    try {
      answer = await this.answer(request);
    } catch {
      answer = { status: 500 };
    }
    // What was not read, because it was refused, is not waited for.
    if (!request.complete) response.setHeader("Connection", "close");
    if (answer.status === 401) response.setHeader("WWW-Authenticate", "Basic");
    response.statusCode = answer.status;
    response.setHeader("Cache-Control", "no-store");
    response.end(answer.body);
  }

  private async answer(request: IncomingMessage): Promise<Answer> {
    if (request.headers.host !== this.host) return { status: 403 };
    const session = this.authenticate(request.headers.authorization);
    if (!session) return { status: 401 };
    const [pathname, query] = splitOnce(request.url ?? "", "?");
    if (pathname !== session.path) return { status: 404 };
    switch (request.method) {
      case "GET":
        return session.get();
      case "POST":
        return this.withBody(request, this.maxBytes, (body) =>
          session.post(body, new URLSearchParams(query).get("ID") ?? undefined),
        );
      case "LOCK":
        return this.withBody(request, MAX_LOCK_BYTES, (body) => session.lock(body));
      case "UNLOCK":
        return this.withBody(request, MAX_LOCK_BYTES, (body) => session.unlock(body));
      case "DELETE":
        return { status: 405, body: "A state is never deleted: destroy the deployment, which leaves an empty state." };
      default:
        return { status: 405 };
    }
  }

  private authenticate(header: string | undefined): Session | undefined {
    const encoded = /^Basic ([A-Za-z0-9+/=]{1,512})$/i.exec(header ?? "")?.[1];
    if (encoded === undefined) return undefined;
    const [username, password] = splitOnce(Buffer.from(encoded, "base64").toString("utf8"), ":");
    const session = this.sessions.get(username);
    return session?.accepts(username, password) ? session : undefined;
  }

  private async withBody(
    request: IncomingMessage,
    limit: number,
    use: (body: Buffer) => Promise<Answer>,
  ): Promise<Answer> {
    const body = await readBody(request, limit);
    if (!body) return { status: 413 };
    const md5 = request.headers["content-md5"];
    if (md5 !== undefined && md5 !== createHash("md5").update(body).digest("base64"))
      return { status: 400, body: "Content-MD5 differs" };
    return use(body);
  }
}

/** @returns undefined when the body is larger than the limit */
async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > limit) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
