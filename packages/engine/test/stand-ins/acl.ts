import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The part of Consul's ACL API that Vault's consul engine uses: tokens are made and deleted. */
export interface AclServer {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  /** Secrets of the tokens that exist. */
  readonly alive: ReadonlyMap<string, string>;
  /** Secrets of all tokens that were ever made. */
  readonly made: readonly string[];
  stop(): Promise<void>;
}

/** Starts it on a free port of the loopback interface. */
export async function startAcl(): Promise<AclServer> {
  const alive = new Map<string, string>();
  const made: string[] = [];
  const server = createServer((request, response) => {
    const [, accessor = ""] = /\/v1\/acl\/token\/([^?]+)/.exec(request.url ?? "") ?? [];
    if (request.method === "DELETE") {
      alive.delete(accessor);
      response.end("true");
      return;
    }
    const token = { AccessorID: randomUUID(), SecretID: randomUUID(), Local: false, Policies: [] };
    alive.set(token.AccessorID, token.SecretID);
    made.push(token.SecretID);
    response.end(JSON.stringify(token));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    alive,
    made,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
