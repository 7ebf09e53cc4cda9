import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A store in memory that speaks as much S3 as states need, and honours `If-None-Match: *` unless told otherwise. */
export interface SmallS3 {
  readonly endpoint: string;
  readonly objects: Map<string, Buffer>;
  stop(): Promise<void>;
}

/** Starts a {@link SmallS3}. It checks no signatures. Its clock may differ, by milliseconds. */
export async function startSmallS3({ conditional = true, clock = 0 } = {}): Promise<SmallS3> {
  const objects = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    response.setHeader("Date", new Date(Date.now() + clock).toUTCString());
    void answer(objects, conditional, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    objects,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  objects: Map<string, Buffer>,
  conditional: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const url = new URL(request.url ?? "", "http://localhost");
  const [, bucket = "", ...rest] = decodeURIComponent(url.pathname).split("/");
  const key = rest.join("/");
  const end = (status: number, body: Buffer | string = "") => void response.writeHead(status).end(body);
  if (request.method === "HEAD") return end(200);
  if (request.method === "GET" && key === "") return end(200, listing(bucket, objects, url.searchParams.get("prefix")));
  if (request.method === "GET") {
    const found = objects.get(key);
    return found ? end(200, found) : end(404, "<Error><Code>NoSuchKey</Code></Error>");
  }
  if (request.method === "DELETE") {
    objects.delete(key);
    return end(204);
  }
  const body = Buffer.concat(chunks);
  const md5 = createHash("md5").update(body).digest("base64");
  if (request.headers["content-md5"] !== md5) return end(400, "<Error><Code>BadDigest</Code></Error>");
  if (conditional && request.headers["if-none-match"] === "*" && objects.has(key))
    return end(412, "<Error><Code>PreconditionFailed</Code></Error>");
  objects.set(key, body);
  return end(200);
}

function listing(bucket: string, objects: Map<string, Buffer>, prefix: string | null): string {
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix ?? "")).sort();
  const contents = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("");
  return `<?xml version="1.0"?><ListBucketResult><Name>${bucket}</Name><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`;
}
