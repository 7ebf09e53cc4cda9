import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

/** A port of the loopback interface that is free at the moment. */
export async function freePort(): Promise<number> {
  return (await freePorts(1))[0] ?? 0;
}

/** Several ports of the loopback interface that are free at the moment, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject).listen(0, "127.0.0.1", resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
