import type { Command } from "commander";
import { infraError } from "@infra/inventory";
import { inBatches } from "@infra/io";
import type { KeyReport } from "@infra/engine";
import { type Opened, type StateOwner, withStates } from "./open-states.js";
import { type CommonOptions, print, withCommonOptions } from "./options.js";
import { type Progress, progressOf } from "./progress.js";

const examples = `
Examples:
  $ INFRA_STATE_PASSPHRASE_OLD=… INFRA_STATE_PASSPHRASE=… infra state rekey --all    to a new passphrase
  $ INFRA_STATE_PASSPHRASE_OLD=… infra state rekey --all                    to Vault, once the inventory has it
  $ infra state rekey production/compute --rotate --retire                  a new version of the key in Vault, older versions retired
  $ infra state rekey --all --check                                         only reports which key encrypts what

The current key is the one that the inventory names: state: { encryption: { kind: transit } }, or the passphrase. All stored versions
are read again at the end; the exit code is 1 until the current key encrypts all of them.`;

interface RekeyOptions extends CommonOptions {
  readonly all?: boolean;
  readonly check?: boolean;
  readonly rotate?: boolean;
  readonly retire?: boolean;
}

/** Adds the commands on the keys of states. */
export function addKeyCommands(state: Command): void {
  withCommonOptions(
    state
      .command("rekey")
      .description("encrypt states and their history with the current key, and verify it; continues when repeated"),
  )
    .argument("[deployments...]", "<environment>/<name>")
    .option("--all", "all deployments")
    .option("--check", "only report which key encrypts what; change nothing")
    .option("--rotate", "first create a new version of the keys in Vault")
    .option("--retire", "at the end, when no older version is in use, retire the older versions in Vault")
    .addHelpText("after", examples)
    .action(rekeyAll);
  withCommonOptions(
    state
      .command("policy")
      .description("print the Vault policy for a token that runs one deployment and cannot read other states"),
  )
    .argument("<deployment>", "<environment>/<name>")
    .option("--rekey", "also allow rotating the key and retiring its versions")
    .addHelpText(
      "after",
      "\nExample:\n  $ infra state policy production/compute | vault policy write infra-production-compute -",
    )
    .action(policy);
}

async function policy(id: string, options: CommonOptions & { rekey?: boolean }): Promise<void> {
  const { vaultPolicy } = await import("@infra/keys");
  const text = await withStates([id], options, ({ keys, deployments }) => {
    const transit = keys.transitOf(id);
    if (!transit)
      throw infraError(`the state of ${id} is encrypted with the passphrase`, "No policy of Vault is needed");
    const upstream = deployments.flatMap(({ environment, references }) =>
      references.map((each) => each.upstream(environment)),
    );
    const reads = [...new Set(upstream)].flatMap((each) => keys.transitOf(each) ?? []);
    return Promise.resolve(
      vaultPolicy({ mount: transit.mount, key: transit.key, reads, rekey: options.rekey ?? false }),
    );
  });
  print(options, { policy: text }, () => text.trimEnd());
}

async function rekeyAll(ids: string[], options: RekeyOptions): Promise<void> {
  if (options.offline) throw infraError("offline states hold no secret", "Leave --offline out");
  if (ids.length === 0 && !options.all) throw infraError("no deployment is named", "Name deployments, or use --all");
  const { isClean } = await import("@infra/engine");
  const progress = progressOf("rekey", process.stderr, options.json);
  try {
    const reports = await withStates(ids, { ...options, removed: true }, (opened) => {
      opened.keys.check(opened.owners.map(({ id }) => id));
      progress.begin(opened.owners.map(({ id }) => id));
      return inBatches(opened.owners, (owner) => rekeyOne(opened, owner, options, progress));
    });
    progress.stop();
    if (!reports.every(isClean)) process.exitCode = 1;
    print(options, reports, () => {
      const lines = reports.flatMap((report) => linesOf(report, isClean(report)));
      return lines.join("\n") || "no deployment has a state";
    });
  } finally {
    progress.stop();
  }
}

/** What goes wrong with one deployment does not keep the others from theirs. */
async function rekeyOne(
  opened: Opened,
  deployment: StateOwner,
  options: RekeyOptions,
  progress: Progress,
): Promise<KeyReport> {
  const { id } = deployment;
  const begun = performance.now();
  const end = (status: "done" | "failed") => progress.end({ id, status, seconds: (performance.now() - begun) / 1_000 });
  progress.start(id);
  try {
    const { rekeyDeployment } = await import("@infra/engine");
    const report = await rekeyDeployment({ ...opened, deployment, ...options });
    end("done");
    return report;
  } catch (error) {
    end("failed");
    const { problemsOfError } = await import("@infra/inventory");
    return { deployment: id, place: "", key: "", found: [], rewritten: 0, problems: problemsOfError(error, `rekey of ${id}`) };
  }
}

/** Nothing is said of a deployment that has no state. */
function linesOf({ deployment, place, key, found, rewritten, problems }: KeyReport, clean: boolean): string[] {
  if (clean && found.length === 0 && rewritten === 0) return [];
  const reasons = problems.map(({ message, remedy }) => `    ${message}. ${remedy}`);
  if (place === "") return [`✗ ${deployment}: its keys can't be looked at`, ...reasons];
  const left = found.filter(({ present }) => !present);
  const counts = `${String(found.length)} read, ${String(rewritten)} encrypted anew or removed`;
  return [
    clean
      ? `✓ ${deployment}: nothing is left under another key than ${key}; ${counts} (${place})`
      : `✗ ${deployment}: ${String(left.length)} left under another key than ${key}; ${counts} (${place})`,
    ...left.map(
      (each) =>
        `    ${each.what}: ${each.key}${each.where ? ` (${each.where})` : ""}${each.remedy ? `. ${each.remedy}` : ""}`,
    ),
    ...reasons,
  ];
}
