import { createServer, type Server } from "node:net";

/** Below what systems hand out by themselves (Linux: from 32768), so that no connection takes a port before its program does. */
const [lowest, highest] = [20_000, 32_000];
const ATTEMPTS = 1_000;

/** A port of the loopback interface that is free, and stays so for the programs of this process. */
export async function freePort(): Promise<number> {
  return (await freePorts(1))[0] ?? 0;
}

/** Several of them, all different. @throws Error when there are no more */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let attempt = 0; ports.length < count; attempt += 1) {
    if (attempt > ATTEMPTS) throw new Error(`no ${String(count)} ports are free on the loopback interface`);
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (await claim(port)) ports.push(port);
  }
  return ports;
}

/** Other processes see that a port is taken by a listener on another loopback address, which lasts as long as this process. */
async function claim(port: number): Promise<boolean> {
  const kept = await listener(port, "127.0.0.2");
  if (kept === "taken") return false;
  const tried = await listener(port, "127.0.0.1");
  if (tried instanceof Object) await new Promise((resolve) => tried.close(resolve));
  else if (kept instanceof Object) kept.close();
  return tried instanceof Object;
}

/** @returns `no address` where the system has only one loopback address */
function listener(port: number, address: string): Promise<Server | "taken" | "no address"> {
  const server = createServer().unref();
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRNOTAVAIL") resolve("no address");
      else if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve("taken");
      else reject(error);
    });
    server.listen({ port, host: address, exclusive: true }, () => resolve(server));
  });
}
