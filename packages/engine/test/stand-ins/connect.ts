import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

interface StoredItem {
  id: string;
  title: string;
  fields: unknown[];
}

/** A server that speaks the part of 1Password Connect's API that the tier uses. */
export interface ConnectServer {
  readonly url: string;
  readonly token: string;
  put(vault: string, title: string, fields: Record<string, string>): void;
  stop(): Promise<void>;
}

/** Starts it on a free port of the loopback interface. */
export async function startConnect(vaultNames: readonly string[]): Promise<ConnectServer> {
  const token = "connect-token";
  const vaults = new Map(vaultNames.map((name) => [`id-${name}`, { name, items: new Map<string, StoredItem>() }]));
  let made = 0;
  const answer = async (request: IncomingMessage): Promise<[number, unknown]> => {
    if (request.headers.authorization !== `Bearer ${token}`) return [401, { message: "Invalid token signature" }];
    const [, , , vaultId, , itemId] = (request.url ?? "").split("/");
    if (vaultId === undefined) return [200, [...vaults].map(([id, { name }]) => ({ id, name }))];
    const items = vaults.get(vaultId)?.items;
    if (!items) return [404, { message: "vault not found" }];
    if (request.method === "POST") {
      const item = { ...((await bodyOf(request)) as Omit<StoredItem, "id">), id: `item${String(++made)}` };
      items.set(item.id, item);
      return [200, item];
    }
    if (itemId === undefined) return [200, [...items.values()].map(({ id, title }) => ({ id, title }))];
    const item = items.get(itemId);
    if (!item) return [404, { message: "item not found" }];
    if (request.method === "PUT") items.set(itemId, (await bodyOf(request)) as StoredItem);
    return [200, items.get(itemId)];
  };
  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) => response.writeHead(status).end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    token,
    put: (vault, title, fields) => {
      const id = `item${String(++made)}`;
      const list = Object.entries(fields).map(([label, value]) => ({ id: label, label, value, type: "CONCEALED" }));
      vaults.get(`id-${vault}`)?.items.set(id, { id, title, fields: list });
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}
