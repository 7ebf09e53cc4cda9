import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { ensureTool } from "@infra/toolchain";
import { Client } from "pg";
import { freePort } from "./ports.js";
import { startProgram } from "./program.js";

/** The user `nobody`, who runs the server for root: PostgreSQL refuses to be run by root. */
const nobody = { uid: 65_534, gid: 65_534 };

/** Who logs in to a database. */
export interface PostgresLogin {
  readonly username: string;
  readonly password: string;
}

/** A PostgreSQL server with the database `postgres`. */
export interface PostgresServer {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  /** Its superuser. */
  readonly admin: PostgresLogin;
  /** Logs in, asks, and logs out. @returns the rows of the answer @throws Error of the server */
  ask(login: PostgresLogin, sql: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Starts PostgreSQL and waits until it answers. @throws Error when the program can't be had, or does not start */
export async function startPostgres(): Promise<PostgresServer> {
  const tool = await ensureTool("postgres");
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const admin = { username: "postgres", password: randomBytes(12).toString("hex") };
  const port = await freePort();
  const ask = (login: PostgresLogin, sql: string, values: readonly unknown[] = []) => query(port, login, sql, values);
  try {
    const { bin, user } = reachable(dirname(tool), folder);
    const program = await startProgram({
      file: join(bin, "postgres"),
      args: ["-D", await initialise(folder, bin, admin, user), ...settings(port)],
      log: join(folder, "postgres.log"),
      user,
      // Ends it at once, although there are clients; SIGTERM waits until they have gone.
      endSignal: "SIGINT",
      ready: async () => (await ask(admin, "select 1")).length === 1,
    });
    const stop = () => program.stop().then(remove);
    return { address: `127.0.0.1:${String(port)}`, admin, ask, stop };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Who runs the server, and its programs. For root a copy of them: the cache may lie in root's home, where nobody else comes. */
function reachable(bin: string, folder: string): { bin: string; user?: typeof nobody } {
  if (process.getuid?.() !== 0) return { bin };
  chownSync(folder, nobody.uid, nobody.gid);
  const copy = join(folder, "program");
  cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
  return { bin: join(copy, "bin"), user: nobody };
}

/** @returns the folder of the data */
async function initialise(
  folder: string,
  bin: string,
  { username, password }: PostgresLogin,
  user?: typeof nobody,
): Promise<string> {
  const data = join(folder, "data");
  const passwordFile = join(folder, "password");
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) for (const each of [data, passwordFile]) chownSync(each, user.uid, user.gid);
  const login = ["--username", username, "--pwfile", passwordFile, "--auth", "scram-sha-256"];
  const args = ["--pgdata", data, ...login, "--locale", "C", "--encoding", "UTF8", "--no-sync"];
  await promisify(execFile)(join(bin, "initdb"), args, { cwd: folder, ...user });
  return data;
}

/** Of a server on loopback alone, whose data need not survive it; it keeps nothing outside its folder. */
function settings(port: number): string[] {
  const values = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: "",
    dynamic_shared_memory_type: "mmap",
    shared_buffers: "16MB",
    fsync: "off",
  };
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${String(value)}`]);
}

async function query(
  port: number,
  { username, password }: PostgresLogin,
  sql: string,
  values: readonly unknown[],
): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ host: "127.0.0.1", port, user: username, password, database: "postgres", ssl: false });
  // A connection that the server cuts is said by the query, too.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}
