import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Deployment, infraError, InfraError, loadInventory } from "@infra/inventory";
import {
  callEngine,
  type Diagnostic,
  type Engine,
  engineEnvironment,
  findEngine,
  withProviderCache,
} from "@infra/opentofu";
import { hiddenValues } from "@infra/secrets";
import { Mask } from "@infra/io";
import { contentOf, synthesizeDeployment } from "../deployment/configuration.js";
import type { ProvidersRequest } from "./list.js";
import { providersIn } from "./locked.js";

/** A provider whose version in a lock file changed. */
export interface UpgradedProvider {
  /** `production/compute`. */
  readonly deployment: string;
  readonly source: string;
  /** @default - it was not locked */
  readonly from?: string;
  /** @default - the deployment does not need it any more */
  readonly to?: string;
}

/** What raising lock files did. */
export interface ProviderUpgrade {
  readonly upgraded: readonly UpgradedProvider[];
  /** The lock files that were written, also where only checksums changed. */
  readonly files: readonly string[];
}

/**
 * Raises the lock files of deployments to the newest versions that their constraints allow. The engine resolves them, from wherever it
 * installs providers; states and clouds are not touched. A deployment that cannot be raised keeps its lock file.
 *
 * @throws InfraError in offline runs, and with the problems of all deployments that could not be raised
 */
export async function upgradeProviders(request: ProvidersRequest): Promise<ProviderUpgrade> {
  const { root, inventory, only, offline = false, env = process.env } = request;
  if (offline)
    throw infraError(
      "lock files are raised to what the registries have, and offline runs ask no registry",
      "Run it without --offline, where a registry or a mirror of providers can be reached",
    );
  const { deployments } = loadInventory(inventory, only ? { only } : {});
  const engine = await findEngine({ env: { ...env } });
  const upgraded: UpgradedProvider[] = [];
  const files: string[] = [];
  const problems: InfraError["problems"][number][] = [];
  for (const deployment of deployments) {
    try {
      const one = await upgradeOne(deployment, root, { engine, env });
      upgraded.push(...one.upgraded);
      files.push(...one.files);
    } catch (error) {
      if (!(error instanceof InfraError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new InfraError(problems);
  return { upgraded, files };
}

async function upgradeOne(deployment: Deployment, root: string, resolving: Resolving): Promise<ProviderUpgrade> {
  const { synthesis, paths } = synthesizeDeployment(root, deployment, false, resolving.env);
  const before = contentOf(paths.lockFile);
  const after = await resolved(
    deployment,
    synthesis.configuration.terraform?.required_providers ?? {},
    before,
    resolving,
  );
  if (after === before) return { upgraded: [], files: [] };
  writeFileSync(paths.lockFile, after);
  return { upgraded: differences(deployment.id, providersIn(before), providersIn(after)), files: [paths.lockFile] };
}

interface Resolving {
  readonly engine: Engine;
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/**
 * The lock file that the engine makes of required providers. Where it refuses the one that there is, it makes another from nothing: who
 * changed versions in it by hand, or by Renovate, has not changed their checksums.
 */
async function resolved(
  deployment: Deployment,
  required: object,
  lockFile: string,
  resolving: Resolving,
): Promise<string> {
  const first = await initialised(required, lockFile, resolving);
  const last = "lockFile" in first || lockFile === "" ? first : await initialised(required, "", resolving);
  if ("lockFile" in last) return last.lockFile;
  const { id, file } = deployment;
  const mask = new Mask(hiddenValues(resolving.env));
  throw infraError(
    mask.text(`the providers of ${id} cannot be raised: ${last.summary}`),
    mask.text(last.detail?.trim() ?? "") || "Check the registry or the mirror of providers that the engine uses",
    { place: { file, line: 1, column: 1 } },
  );
}

/** What `init` makes of a lock file, in a folder of its own; or why it fails. */
async function initialised(
  required: object,
  lockFile: string,
  { engine, env }: Resolving,
): Promise<{ readonly lockFile: string } | Pick<Diagnostic, "summary" | "detail">> {
  const folder = mkdtempSync(join(tmpdir(), "infra-providers-"));
  const lock = join(folder, ".terraform.lock.hcl");
  const errors: Diagnostic[] = [];
  try {
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ terraform: { required_providers: required } }));
    if (lockFile !== "") writeFileSync(lock, lockFile);
    const exit = await withProviderCache(env, (cache) =>
      callEngine({
        binary: engine.path,
        arguments: ["init", "-json", "-input=false", "-upgrade", "-backend=false"],
        folder,
        env: { ...engineEnvironment(env, false), ...cache },
        onEvent: (event) => {
          if (event.type === "diagnostic" && event.diagnostic.severity === "error") errors.push(event.diagnostic);
        },
      }),
    );
    if (exit.code === 0) return { lockFile: contentOf(lock) };
    return errors[0] ?? { summary: exit.stderr.trim() || `${engine.name} failed and gave no reason` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function differences(
  deployment: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): UpgradedProvider[] {
  const sources = [...new Set([...before.keys(), ...after.keys()])].sort();
  return sources.flatMap((source) => {
    const [from, to] = [before.get(source), after.get(source)];
    if (from === to) return [];
    return [{ deployment, source, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
  });
}
