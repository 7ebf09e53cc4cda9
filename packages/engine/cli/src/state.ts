import { type Command, InvalidArgumentError, Option } from "commander";
import { infraError } from "@infra/inventory";
import { inBatches } from "@infra/io";
import type { StateKind } from "@infra/engine";
import { describeHolder, restoreVersion, type StateVersion } from "@infra/state";
import { withState, withStates } from "./open-states.js";
import { type CommonOptions, print, withCommonOptions } from "./options.js";
import { addKeyCommands } from "./rekey.js";

/** Adds the commands on the history, the place and the lock of states. */
export function addStateCommands(program: Command): void {
  const state = program.command("state").description("list, restore, move, check and unlock states and their history");
  const add = (name: string, description: string) => withCommonOptions(state.command(name).description(description));
  const one = (name: string, description: string) =>
    add(name, description).argument("<deployment>", "<environment>/<name>");
  add("list", "list the states of all deployments with their place, version and lock").action(list);
  one("versions", "list the versions of the state, newest first").action(versions);
  one("show", "show the record of a version, without its content")
    .argument("[version]", "number of the version (default: the current one)", versionNumber)
    .action(show);
  one("restore", "restore an earlier version as the current one; nothing is overwritten")
    .argument("<version>", "number of the version", versionNumber)
    .action(restore);
  one("unlock", "remove the lock of a run that has ended; that run can no longer write").action(unlock);
  one("push", "record the state that a run kept because it could not be recorded")
    .option("--force", "push even when another run has written since")
    .action(push);
  add("migrate", "move states with their history to another place, and verify them; continues when repeated")
    .argument("[deployments...]", "<environment>/<name>")
    .option("--all", "all deployments")
    .addOption(new Option("--to <kind>", "kind of the new place").choices(["folder", "s3"]).makeOptionMandatory())
    .action(migrate);
  add("check", "compare pointers and objects: existence, digest, lineage, serial")
    .argument("[deployments...]", "<environment>/<name> (default: all)")
    .option("--history", "check every version, not only the current one")
    .action(check);
  addKeyCommands(state);
}

function versionNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Use the number of a version; infra state versions lists them.");
}

async function list(options: CommonOptions): Promise<void> {
  const rows = await withStates([], options, ({ backends, owners }) =>
    inBatches(owners, async (deployment) => {
      const { store, lock, place } = await backends.of(deployment);
      try {
        const [current, held] = await Promise.all([store.current(), lock.inspect()]);
        return { deployment: deployment.id, place, current: current ?? null, lock: held ?? null };
      } catch (error) {
        return { deployment: deployment.id, place, current: null, lock: null, problem: (error as Error).message };
      }
    }),
  );
  if (rows.some((row) => "problem" in row)) process.exitCode = 1;
  print(options, rows, () =>
    rows
      .map(({ deployment, place, current, lock, problem }) => {
        const version = current ? `version ${String(current.version)}, serial ${String(current.serial)}` : "no state";
        const holder = lock ? `, locked by ${describeHolder(lock.holder)}` : "";
        return `${deployment}  ${problem ?? `${version}${current ? `, ${current.written}` : ""}${holder}`}  ${place}`;
      })
      .join("\n"),
  );
}

async function versions(id: string, options: CommonOptions): Promise<void> {
  const found = await withState(id, options, ({ store, readOnlyStore = store }) => readOnlyStore.versions());
  print(options, found, () =>
    found.length === 0 ? `${id} has no state: it was never applied` : found.map(versionLine).join("\n"),
  );
}

function versionLine({ current, version, serial, written, sha256, restoredFrom }: StateVersion): string {
  const restored = restoredFrom === undefined ? "" : `  restored from ${String(restoredFrom)}`;
  return `${current ? "*" : " "} ${String(version).padStart(5)}  serial ${String(serial).padStart(5)}  ${written}  ${sha256.slice(0, 12)}${restored}`;
}

async function show(id: string, version: number | undefined, options: CommonOptions): Promise<void> {
  const found = await withState(id, options, async ({ store, readOnlyStore = store, place }) => {
    const stored = await readOnlyStore.read(version);
    const { isSealed } = await import("@infra/state");
    const { identifyState } = await import("@infra/state");
    if (!stored) return undefined;
    const encrypted = isSealed(stored.bytes) || (identifyState(stored.bytes)?.encrypted ?? false);
    return { deployment: id, place, ...stored.pointer, bytes: stored.bytes.length, encrypted };
  });
  print(options, found ?? null, () =>
    found
      ? Object.entries(found)
          .map(([key, value]) => `${`${key}:`.padEnd(14)}${String(value)}`)
          .join("\n")
      : `${id} has no state: it was never applied`,
  );
}

async function restore(id: string, version: number, options: CommonOptions): Promise<void> {
  const { pointer } = await withState(id, options, ({ store, lock }) => restoreVersion(store, lock, version));
  print(
    options,
    pointer,
    () =>
      `version ${String(version)} of ${id} is current again, as version ${String(pointer.version)}; plan to see what differs`,
  );
}

async function unlock(id: string, options: CommonOptions): Promise<void> {
  // The working folder first: the keeper of the other lock may not answer.
  const holder = await withState(id, options, async ({ lock, workLock }) => {
    const local = await workLock?.forceUnlock();
    return (await lock.forceUnlock()) ?? local;
  });
  print(options, holder ?? null, () =>
    holder ? `took the lock of ${id} from ${describeHolder(holder)}` : `${id} was not locked`,
  );
}

async function push(id: string, options: CommonOptions & { force?: boolean }): Promise<void> {
  const { pushKept } = await import("@infra/engine");
  const result = await withState(id, options, (backend, { work }, keys) =>
    pushKept({
      deployment: id,
      work,
      backend,
      env: process.env,
      keys: () => keys.of(id),
      force: options.force ?? false,
    }),
  );
  const { version, serial } = result.pointer;
  print(options, result, () =>
    result.already
      ? `the kept state of ${id} had been recorded, as version ${String(version)}`
      : `recorded the kept state of ${id}: version ${String(version)}, serial ${String(serial)}`,
  );
}

async function migrate(ids: string[], options: CommonOptions & { all?: boolean; to: StateKind }): Promise<void> {
  if (options.offline) throw infraError("offline states stay where they are", "Leave --offline out, and INFRA_OFFLINE");
  if (ids.length === 0 && !options.all) throw infraError("no deployment is named", "Name deployments, or use --all");
  const { migrateState } = await import("@infra/state");
  const results = await withStates(ids, options, async ({ backends, owners }) => {
    const done = [];
    for (const deployment of owners) {
      const from = await backends.ofKind(deployment, options.to === "s3" ? "folder" : "s3");
      const to = await backends.ofKind(deployment, options.to);
      const result = await migrateState({ deployment: deployment.id, from, to });
      done.push({ deployment: deployment.id, from: from.place, to: to.place, ...result });
    }
    return done;
  });
  print(options, results, () => {
    const lines = results.map(
      ({ deployment, versions: all, copied, to }) =>
        `${deployment}: ${String(all)} versions in ${to}, ${String(copied)} of them copied now, all verified`,
    );
    return [...lines, `Now let the inventory say it: state: { kind: ${options.to} }`].join("\n");
  });
}

async function check(ids: string[], options: CommonOptions & { history?: boolean }): Promise<void> {
  const { checkState } = await import("@infra/state");
  const { passphraseVariable } = await import("@infra/secrets");
  const results = await withStates(ids, options, ({ backends, keys, owners }) =>
    inBatches(owners, async (deployment) => {
      const { id } = deployment;
      const { store, place } = await backends.of(deployment);
      const known = keys.kindOf(id) === "transit" || process.env[passphraseVariable];
      return await checkState({
        deployment: id,
        place,
        store,
        ...(known && { cipher: keys.of(id).cipher }),
        history: options.history ?? false,
      });
    }),
  );
  if (results.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
  print(options, results, () =>
    results
      .map(({ deployment, current, read, problems }) => {
        if (problems.length > 0)
          return problems.map(({ message, remedy }) => `✗ ${deployment}: ${message}. ${remedy}`).join("\n");
        return current
          ? `✓ ${deployment}: version ${String(current.version)}, ${String(read)} read and compared`
          : `✓ ${deployment}: no state`;
      })
      .join("\n"),
  );
}
