import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTool } from "@infra/toolchain";
import { freePorts } from "./ports.js";
import { type Program, startProgram } from "./program.js";

/** What a server is made of. */
export interface VaultServerOptions {
  /** `dev`: initialised and unsealed, in memory; `file`: a server that nobody has initialised yet. @default dev */
  readonly kind?: "dev" | "file";
}

/** A Vault server. */
export interface VaultServer {
  /** `http://127.0.0.1:<port>` */
  readonly address: string;
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
export async function startVault({ kind = "dev" }: VaultServerOptions = {}): Promise<VaultServer> {
  const file = await ensureTool("vault");
  const folder = mkdtempSync(join(tmpdir(), "vault-"));
  const [port = 0, cluster = 0] = await freePorts(2);
  const address = `http://127.0.0.1:${String(port)}`;
  const rootToken = `root-${randomBytes(12).toString("hex")}`;
  const log = join(folder, "vault.log");
  const args =
    kind === "dev" ? devArguments(port, rootToken) : ["server", `-config=${configure(folder, port, cluster)}`];
  const run = () =>
    startProgram({
      file,
      args,
      log,
      env: { HOME: folder, VAULT_ADDR: address },
      ready: async () => (await fetch(`${address}/v1/sys/seal-status`)).ok,
    });
  let program: Program = await run();
  const ask = (method: string, path: string, token?: string, body?: object) =>
    request(address, method, path, token, body);
  const root = async (method: string, path: string, body?: object) => {
    const { status, json } = await ask(method, path, rootToken, body);
    if (status >= 300) throw new Error(`${method} ${path} answered ${String(status)}: ${JSON.stringify(json)}`);
    return json;
  };
  return {
    address,
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

async function request(address: string, method: string, path: string, token?: string, body?: object) {
  const answer = await fetch(`${address}/v1/${path}`, {
    method,
    headers: token === undefined ? {} : { "x-vault-token": token },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await answer.text();
  return { status: answer.status, json: text ? (JSON.parse(text) as unknown) : undefined };
}
