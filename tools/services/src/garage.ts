import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensureTool } from "@infra/toolchain";
import { freePorts } from "./ports.js";
import { type Program, startProgram } from "./program.js";

const REGION = "garage";

/** A Garage of one node with one bucket and one key. */
export interface Garage {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The words of the environment that make a run keep its states here. */
  readonly env: Readonly<Record<string, string>>;
  /** Where its data is. */
  readonly folder: string;
  /** Starts it again after a kill, with the same data. */
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  pause(): void;
  resume(): void;
}

/** Starts Garage, gives it a layout, a bucket and a key. @throws Error when the program can't be had */
export async function startGarage({ bucket = "states", parent = tmpdir() } = {}): Promise<Garage> {
  const file = await ensureTool("garage");
  const folder = mkdtempSync(join(parent, "garage-"));
  const [rpc = 0, s3 = 0, admin = 0] = await freePorts(3);
  const config = join(folder, "garage.toml");
  writeFileSync(config, configuration(folder, rpc, s3, admin), { mode: 0o600 });
  for (const name of ["meta", "data"]) mkdirSync(join(folder, name));
  const endpoint = `http://127.0.0.1:${String(s3)}`;
  const garage = async (...args: string[]) => (await promisify(execFile)(file, ["-c", config, ...args])).stdout;
  const run = () =>
    startProgram({
      file,
      args: ["-c", config, "server"],
      log: join(folder, "garage.log"),
      env: { RUST_LOG: "garage=info" },
      ready: async () => (await fetch(endpoint)).status > 0,
    });
  let program: Program = await run();
  const [node = ""] = (await garage("node", "id", "-q")).split("@");
  await garage("layout", "assign", "-z", "dc1", "-c", "1G", node.trim());
  await garage("layout", "apply", "--version", "1");
  await garage("bucket", "create", bucket);
  const key = await garage("key", "create", "states");
  const accessKeyId = /Key ID:\s*(\S+)/.exec(key)?.[1] ?? "";
  const secretAccessKey = /Secret key:\s*(\S+)/.exec(key)?.[1] ?? "";
  await garage("bucket", "allow", "--read", "--write", "--owner", bucket, "--key", accessKeyId);
  return {
    endpoint,
    region: REGION,
    bucket,
    accessKeyId,
    secretAccessKey,
    folder,
    env: environment(endpoint, bucket, accessKeyId, secretAccessKey),
    start: async () => {
      program = await run();
    },
    stop: async () => {
      await program.stop();
      rmSync(folder, { recursive: true, force: true });
    },
    kill: () => program.kill(),
    pause: () => program.pause(),
    resume: () => program.resume(),
  };
}

function environment(endpoint: string, bucket: string, id: string, secret: string): Record<string, string> {
  return {
    TF_STATE_ENDPOINT: endpoint,
    TF_STATE_BUCKET: bucket,
    TF_STATE_REGION: REGION,
    TF_STATE_PATH_STYLE: "true",
    AWS_ACCESS_KEY_ID: id,
    AWS_SECRET_ACCESS_KEY: secret,
  };
}

function configuration(folder: string, rpc: number, s3: number, admin: number): string {
  return `
metadata_dir = "${join(folder, "meta")}"
data_dir = "${join(folder, "data")}"
db_engine = "sqlite"
replication_factor = 1
rpc_bind_addr = "127.0.0.1:${String(rpc)}"
rpc_public_addr = "127.0.0.1:${String(rpc)}"
rpc_secret = "${randomBytes(32).toString("hex")}"

[s3_api]
s3_region = "${REGION}"
api_bind_addr = "127.0.0.1:${String(s3)}"
root_domain = ".s3.localhost"

[admin]
api_bind_addr = "127.0.0.1:${String(admin)}"
admin_token = "${randomBytes(32).toString("base64")}"
`;
}
