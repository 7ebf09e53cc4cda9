import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { freePort } from "@infra/services";

/** A registry on loopback. */
export interface LoopbackRegistry {
  /** With a slash at its end. */
  readonly url: string;
  /** Makes npm publish packages of @infra here. Shells drop variables with such names, so programs need the file. */
  readonly env: Readonly<Record<string, string>>;
  /** Text of an .npmrc that makes npm take packages of @infra from here, and all others from where it is configured to look. */
  readonly npmrc: string;
  /** Ends its process. */
  close(): Promise<void>;
}

const configuration = (storage: string) =>
  JSON.stringify({
    storage,
    uplinks: {},
    packages: { "**": { access: "$all", publish: "$all", unpublish: "$all" } },
    max_body_size: "100mb",
    log: { type: "stdout", format: "json", level: "warn" },
  });

/** Starts Verdaccio on a free port, with an empty store. @param folder Where it keeps its packages and its log */
export async function startRegistry(folder: string): Promise<LoopbackRegistry> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "config.json");
  writeFileSync(file, configuration(join(folder, "storage")));
  const port = await freePort();
  const program = require.resolve("verdaccio/bin/verdaccio");
  const child = spawn(process.execPath, [program, "--config", file, "--listen", `127.0.0.1:${String(port)}`], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = createWriteStream(join(folder, "log"));
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const url = `http://127.0.0.1:${String(port)}/`;
  await answering(`${url}-/ping`, child);
  // Everybody may publish, but npm refuses to without a token.
  const env = { "npm_config_@infra:registry": url, [`npm_config_//127.0.0.1:${String(port)}/:_authToken`]: "anybody" };
  return { url, env, npmrc: `@infra:registry=${url}\n`, close: () => end(child) };
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 300 && child.exitCode === null; attempt++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await setTimeout(100);
  }
  await end(child);
  throw new Error(`verdaccio did not answer at ${url}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}
