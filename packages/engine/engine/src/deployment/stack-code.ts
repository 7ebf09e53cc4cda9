import { type Deployment, InfraError } from "@infra/inventory";
import type { Synthesis } from "@infra/core";
import { hiddenVariables, secretsIn } from "@infra/secrets";
import { holds, Mask } from "@infra/io";

/** A shorter value may be part of a configuration by accident. */
const shortestRefused = 8;

/**
 * Runs code of a stack, which may be anybody's: it finds no credentials in `process.env`, and what it prints goes to stderr with the
 * secrets of the environment masked, so that `--json` prints nothing else. What it throws is masked, too. The action must not be
 * asynchronous: other deployments of the run would miss their credentials.
 *
 * @param env Environment of the run. @default - that of the process
 */
export function runStackCode<T>(action: () => T, env: Readonly<NodeJS.ProcessEnv> = process.env): T {
  const withheld = secretsIn(process.env);
  const mask = new Mask([...Object.values(withheld), ...Object.values(secretsIn(env))]);
  const release = printMasked(mask);
  for (const name of Object.keys(withheld)) Reflect.deleteProperty(process.env, name);
  try {
    return action();
  } catch (error) {
    throw masked(error, mask);
  } finally {
    Object.assign(process.env, withheld);
    release();
  }
}

/**
 * Refuses a configuration that holds a secret of the environment: it would be written in clear, and kept by clouds.
 *
 * @param env Environment of the run. @default - that of the process
 * @throws InfraError that names the variables
 */
export function refuseSecrets(
  { id, file }: Deployment,
  { configuration }: Synthesis,
  env: Readonly<NodeJS.ProcessEnv> = process.env,
): void {
  const secrets = hiddenVariables().flatMap((name) =>
    [env[name], process.env[name]].flatMap((value = "") => (value.length >= shortestRefused ? [{ name, value }] : [])),
  );
  if (secrets.length === 0) return;
  const text = JSON.stringify(configuration);
  const found = [...new Set(secrets.flatMap(({ name, value }) => (holds(text, value) ? [name] : [])))];
  if (found.length === 0) return;
  throw new InfraError(
    found.map((name) => ({
      message: `the configuration of ${id} holds the value of ${name}, which nothing may show`,
      remedy:
        "Write secret://<path>#<field> in the inventory where it is needed: the engine gets it as a sensitive variable",
      place: { file, line: 1, column: 1 },
    })),
  );
}

type Write = NodeJS.WriteStream["write"];

/** Sends what is printed to stderr, masked, a line at a time: a secret may be printed in pieces. @returns what ends it */
function printMasked(mask: Mask): () => void {
  const streams = [process.stdout, process.stderr];
  const own = streams.map((stream) => Object.getOwnPropertyDescriptor(stream, "write"));
  const print = process.stderr.write.bind(process.stderr);
  let rest = "";
  const write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    rest += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    const end = rest.lastIndexOf("\n") + 1;
    if (end > 0) print(mask.text(rest.slice(0, end)));
    rest = rest.slice(end);
    for (const callback of [encoding, done]) if (typeof callback === "function") process.nextTick(callback);
    return true;
  };
  for (const stream of streams) stream.write = write as Write;
  return () => {
    for (const [index, stream] of streams.entries()) {
      Reflect.deleteProperty(stream, "write");
      if (own[index]) Object.defineProperty(stream, "write", own[index]);
    }
    if (rest !== "") print(mask.text(rest));
  };
}

function masked(error: unknown, mask: Mask): unknown {
  if (error instanceof InfraError) return new InfraError(mask.value(error.problems));
  if (!(error instanceof Error)) return mask.value(error);
  error.message = mask.text(error.message);
  error.stack = mask.text(error.stack ?? "");
  return error;
}
