import { inBatches } from "@infra/io";
import type { Finding } from "./doctor.js";
import { KeyRefused, passphraseKey, type StateKeys, type Transit } from "@infra/keys";
import { oldPassphraseVariable, passphraseVariable } from "@infra/secrets";
import { problemsOfError } from "@infra/inventory";

/** Tries the keys that states and plans are encrypted with, and says what each finding means. */
export async function keyFindings(
  keys: StateKeys,
  deployments: readonly { id: string }[],
  env: Readonly<NodeJS.ProcessEnv>,
): Promise<Finding[]> {
  const own = deployments.filter(({ id }) => keys.kindOf(id) === "transit");
  const tried = await inBatches(own, ({ id }) => transitFinding(keys, id));
  return [
    ...(own.length < deployments.length || own.length === 0 ? [passphraseFinding(env)] : []),
    ...tried,
    ...(env[oldPassphraseVariable] ? [oldFinding()] : []),
  ];
}

function passphraseFinding(env: Readonly<NodeJS.ProcessEnv>): Finding {
  if (!env[passphraseVariable])
    return {
      level: "warning",
      message: `encryption: ${passphraseVariable} is not set, so only offline runs are possible`,
      remedy: "Set it, for example from: openssl rand -base64 32",
    };
  try {
    passphraseKey(env);
    return { level: "ok", message: `encryption: ${passphraseVariable} is set; states and plans are encrypted` };
  } catch (error) {
    return refused("encryption", error);
  }
}

async function transitFinding(keys: StateKeys, id: string): Promise<Finding> {
  try {
    const transit = keys.transitOf(id);
    const { latest, oldest } = (await transit?.info()) ?? {};
    if (!transit || latest === undefined) return missing(transit, id);
    const { wrapped } = await transit.dataKey();
    const opened = await transit.unwrap(wrapped);
    if (!opened)
      return { level: "error", message: `encryption: ${id}: ${transit.name} does not open its own data key` };
    const retired = oldest === undefined || oldest <= 1 ? "" : `, those before v${String(oldest)} are retired`;
    return {
      level: "ok",
      message: `encryption: ${id}: the key ${transit.name} works, v${String(latest)} encrypts${retired}`,
    };
  } catch (error) {
    return refused(`encryption: ${id}`, error);
  }
}

function missing(transit: Transit | undefined, id: string): Finding {
  const name = transit?.name ?? "";
  return {
    level: "warning",
    message: `encryption: ${id}: the key ${name} is not in Vault yet`,
    remedy: "The first run makes it; when there is a state already, this is another Vault, or somebody deleted the key",
  };
}

function oldFinding(): Finding {
  return {
    level: "warning",
    message: `encryption: ${oldPassphraseVariable} is set: what it encrypted is still read with it`,
    remedy: "Move everything to the present key with infra state rekey --all, then remove it",
  };
}

/** Runs of the deployment are refused, and its state stays as it is. */
function refused(what: string, error: unknown): Finding {
  const [first] = problemsOfError(error);
  const message = `${what}: ${first?.message ?? String(error)}; its runs are refused, its state stays as it is`;
  // Another token may: one that is good for one deployment is no fault of the others.
  const level = error instanceof KeyRefused && error.kind === "denied" ? "warning" : "error";
  return { level, message, ...(first ? { remedy: first.remedy } : {}) };
}
