import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTool } from "@infra/toolchain";
import { freePorts } from "./ports.js";
import { type Program, startProgram } from "./program.js";

/** What a server is made of. */
export interface VaultServerOptions {
  /** `dev`: initialised and unsealed, in memory; `file`: a server that nobody has initialised yet. @default dev */
  readonly kind?: "dev" | "file";
  /** A dev server that speaks TLS, with a certificate of an authority of its own. @default false */
  readonly tls?: boolean;
}

/** A Vault server. */
export interface VaultServer {
  /** `http://127.0.0.1:<port>`, or `https://…` */
  readonly address: string;
  /** File of the authority that issued its certificate. @default - it speaks no TLS */
  readonly authority: string | undefined;
  /** Token of the dev server. */
  readonly rootToken: string;
  /** Asks its API as root. @throws Error when the answer is no success */
  root(method: string, path: string, body?: object): Promise<unknown>;
  /** Asks its API. @returns status and body */
  ask(method: string, path: string, token?: string, body?: object): Promise<{ status: number; json: unknown }>;
  seal(): Promise<void>;
  unseal(): Promise<void>;
  /** Starts it again after a kill; a dev server has forgotten everything. */
  start(): Promise<void>;
  kill(): Promise<void>;
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

/** Starts Vault and waits until it answers. @throws Error when the program can't be had */
export async function startVault({ kind = "dev", tls = false }: VaultServerOptions = {}): Promise<VaultServer> {
  const file = await ensureTool("vault");
  const folder = mkdtempSync(join(tmpdir(), "vault-"));
  const [port = 0, cluster = 0] = await freePorts(2);
  const address = `${tls ? "https" : "http"}://127.0.0.1:${String(port)}`;
  const authority = tls ? join(folder, "vault-ca.pem") : undefined;
  const rootToken = `root-${randomBytes(12).toString("hex")}`;
  const log = join(folder, "vault.log");
  const args =
    kind === "dev"
      ? [...devArguments(port, rootToken), ...(tls ? ["-dev-tls", `-dev-tls-cert-dir=${folder}`] : [])]
      : ["server", `-config=${configure(folder, port, cluster)}`];
  const server = { address, authority };
  const run = () =>
    startProgram({
      file,
      args,
      log,
      env: { HOME: folder, VAULT_ADDR: address },
      ready: async () => (await request(server, "GET", "sys/seal-status")).status === 200,
    });
  let program: Program = await run();
  const ask = (method: string, path: string, token?: string, body?: object) =>
    request(server, method, path, token, body);
  const root = async (method: string, path: string, body?: object) => {
    const { status, json } = await ask(method, path, rootToken, body);
    if (status >= 300) throw new Error(`${method} ${path} answered ${String(status)}: ${JSON.stringify(json)}`);
    return json;
  };
  return {
    address,
    authority,
    rootToken,
    ask,
    root,
    seal: async () => void (await root("PUT", "sys/seal")),
    unseal: async () => {
      const [, key = ""] = /Unseal Key: (\S+)/.exec(readFileSync(log, "utf8")) ?? [];
      await ask("PUT", "sys/unseal", undefined, { key });
    },
    start: async () => {
      program = await run();
    },
    kill: () => program.kill(),
    pause: () => program.pause(),
    resume: () => program.resume(),
    stop: async () => {
      await program.kill();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function devArguments(port: number, token: string): string[] {
  const address = `127.0.0.1:${String(port)}`;
  return ["server", "-dev", `-dev-root-token-id=${token}`, `-dev-listen-address=${address}`, "-dev-no-store-token"];
}

function configure(folder: string, port: number, cluster: number): string {
  const data = join(folder, "data");
  mkdirSync(data);
  const config = {
    storage: { file: { path: data } },
    listener: {
      tcp: { address: `127.0.0.1:${String(port)}`, cluster_address: `127.0.0.1:${String(cluster)}`, tls_disable: true },
    },
    disable_mlock: true,
  };
  const file = join(folder, "vault.json");
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** @returns status and body */
async function request(
  { address, authority }: Pick<VaultServer, "address" | "authority">,
  method: string,
  path: string,
  token?: string,
  body?: object,
): Promise<{ status: number; json: unknown }> {
  const text = body ? JSON.stringify(body) : undefined;
  const headers = {
    ...(token === undefined ? {} : { "x-vault-token": token }),
    ...(text === undefined ? {} : { "content-length": Buffer.byteLength(text) }),
  };
  const ca = authority === undefined ? {} : { ca: readFileSync(authority) };
  const ask = authority === undefined ? http.request : https.request;
  return await new Promise((resolve, reject) => {
    const asked = ask(`${address}/v1/${path}`, { method, headers, agent: false, ...ca }, (answer) => {
      const chunks: Buffer[] = [];
      answer
        .on("data", (chunk: Buffer) => chunks.push(chunk))
        .once("error", reject)
        .once("end", () => {
          const received = Buffer.concat(chunks).toString();
          resolve({ status: answer.statusCode ?? 0, json: received ? (JSON.parse(received) as unknown) : undefined });
        });
    });
    asked.once("error", reject).end(text);
  });
}
