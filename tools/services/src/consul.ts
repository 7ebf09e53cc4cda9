import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureTool } from "@infra/toolchain";
import { freePorts } from "./ports.js";
import { type Program, startProgram } from "./program.js";

const SETTLE_TIMEOUT_MS = 180_000;

/** What a cluster is made of. */
export interface ConsulOptions {
  /** @default 1 */
  readonly servers?: 1 | 3;
}

/** One server of a cluster. */
export interface ConsulServer {
  /** `http://127.0.0.1:<port>` */
  readonly address: string;
  kill(): Promise<void>;
  /** Starts it again after a kill, with the same data. */
  start(): Promise<void>;
  pause(): void;
  resume(): void;
}

/** A cluster of Consul servers. */
export interface Consul {
  readonly servers: readonly ConsulServer[];
  /** All addresses, with commas between them, as TF_STATE_CONSUL takes them. */
  readonly addresses: string;
  /** The server that leads. */
  leader(): Promise<ConsulServer>;
  /** Waits until a leader is known to every server that answers. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

interface Ports {
  readonly http: number;
  readonly rpc: number;
  readonly serf: number;
}

/** Starts a cluster and waits for its leader. @throws Error when the program can't be had */
export async function startConsul({ servers: count = 1 }: ConsulOptions = {}): Promise<Consul> {
  const file = await ensureTool("consul");
  const folder = mkdtempSync(join(tmpdir(), "consul-"));
  const free = await freePorts(count * 3);
  const ports = Array.from({ length: count }, (_, index): Ports => {
    const [http = 0, rpc = 0, serf = 0] = free.slice(index * 3);
    return { http, rpc, serf };
  });
  const servers = await Promise.all(ports.map((own, index) => startServer(file, folder, index, own, ports)));
  const consul: Consul = {
    servers,
    addresses: servers.map(({ address }) => address).join(","),
    leader: () => leaderOf(servers, ports),
    settled: () => settle(servers),
    stop: async () => {
      await Promise.all(servers.map((server) => server.kill()));
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await consul.settled();
  return consul;
}

async function startServer(
  file: string,
  parent: string,
  index: number,
  own: Ports,
  all: readonly Ports[],
): Promise<ConsulServer> {
  const folder = join(parent, `server-${String(index)}`);
  const address = `http://127.0.0.1:${String(own.http)}`;
  const others = all.filter((each) => each !== own).map(({ serf }) => `-retry-join=127.0.0.1:${String(serf)}`);
  const args = [
    "agent",
    "-server",
    `-bootstrap-expect=${String(all.length)}`,
    `-node=server-${String(index)}`,
    `-data-dir=${folder}`,
    "-bind=127.0.0.1",
    "-client=127.0.0.1",
    `-http-port=${String(own.http)}`,
    `-server-port=${String(own.rpc)}`,
    `-serf-lan-port=${String(own.serf)}`,
    "-serf-wan-port=-1",
    "-dns-port=-1",
    "-grpc-port=-1",
    "-grpc-tls-port=-1",
    "-retry-interval=1s",
    // Loopback is fast: a leader is missed after a second, not after several.
    "-hcl=performance { raft_multiplier = 1 }",
    "-hcl=disable_update_check = true",
    ...others,
  ];
  const log = join(parent, `server-${String(index)}.log`);
  const run = () => startProgram({ file, args, log, ready: async () => (await fetch(`${address}/v1/agent/self`)).ok });
  let program: Program = await run();
  return {
    address,
    kill: () => program.kill(),
    start: async () => {
      program = await run();
    },
    pause: () => program.pause(),
    resume: () => program.resume(),
  };
}

async function leaderNamedBy({ address }: ConsulServer): Promise<string | undefined> {
  try {
    const answer = await fetch(`${address}/v1/status/leader`, { signal: AbortSignal.timeout(5_000) });
    return answer.ok ? ((await answer.json()) as string) : "";
  } catch {
    return undefined;
  }
}

async function leaderOf(servers: readonly ConsulServer[], ports: readonly Ports[]): Promise<ConsulServer> {
  for (const server of servers) {
    const named = await leaderNamedBy(server);
    const leader = servers[ports.findIndex(({ rpc }) => named === `127.0.0.1:${String(rpc)}`)];
    if (leader) return leader;
  }
  throw new Error("Consul has no leader");
}

async function settle(servers: readonly ConsulServer[]): Promise<void> {
  const deadline = Date.now() + SETTLE_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const named = (await Promise.all(servers.map(leaderNamedBy))).filter((each) => each !== undefined);
    if (named.length > 0 && named.every((each) => each !== "")) {
      const written = await writes(servers);
      if (written) return;
    }
    await sleep(100);
  }
  throw new Error(`Consul has no leader after ${String(SETTLE_TIMEOUT_MS)} ms`);
}

/** A leader that was just elected takes no writes yet. */
async function writes(servers: readonly ConsulServer[]): Promise<boolean> {
  const attempts = servers.map(async ({ address }) => {
    const answer = await fetch(`${address}/v1/kv/settled`, {
      method: "PUT",
      body: "",
      signal: AbortSignal.timeout(10_000),
    });
    return answer.ok;
  });
  return (await Promise.allSettled(attempts)).some((each) => each.status === "fulfilled" && each.value);
}
