import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { HttpClient } from "@infra/io";
import { checksumMismatch, downloadFailed } from "./errors.js";

/** How {@link downloadFile} goes about it. */
export interface DownloadOptions {
  /** Expected SHA-256 of the content, in hex. @default - not checked */
  readonly sha256?: string;
  /** Milliseconds to wait for a connection, for an answer, and for each further part of it. @default 15000 */
  readonly timeout?: number;
}

/**
 * Downloads into a new file. HTTP_PROXY, HTTPS_PROXY and NO_PROXY are honoured.
 * @throws EngineError `unreachable` when there is no complete answer, `checksum` when the content is another
 */
export async function downloadFile(url: string, file: string, options: DownloadOptions = {}): Promise<void> {
  const hash = createHash("sha256");
  await receive(url, options, async (body) => {
    const hashed = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    };
    await pipeline(body, hashed, createWriteStream(file, { flags: "wx" }));
  });
  const found = hash.digest("hex");
  if (options.sha256 !== undefined && found !== options.sha256) throw checksumMismatch(url, found, options.sha256);
}

/**
 * Downloads a short text.
 * @throws EngineError `unreachable`
 */
export async function downloadText(url: string, options: Omit<DownloadOptions, "sha256"> = {}): Promise<string> {
  const chunks: Uint8Array[] = [];
  await receive(url, options, async (body) => {
    for await (const chunk of body) chunks.push(chunk as Uint8Array);
  });
  return Buffer.concat(chunks).toString("utf8");
}

async function receive(
  url: string,
  { timeout = 15_000 }: DownloadOptions,
  consume: (body: Readable) => Promise<void>,
): Promise<void> {
  const http = new HttpClient({ connectMs: timeout, idleMs: timeout, proxy: true });
  try {
    const response = await http.send(url, { follow: true });
    if (!response.ok || !response.body) throw new Error(`HTTP status ${String(response.status)}`);
    if (url.startsWith("https:") && !response.url.startsWith("https:")) throw new Error("redirected away from https");
    await consume(Readable.fromWeb(response.body));
  } catch (error) {
    throw downloadFailed(url, error);
  } finally {
    await http.close();
  }
}
