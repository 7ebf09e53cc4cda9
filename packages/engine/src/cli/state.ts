import { type Command, InvalidArgumentError } from "commander";
import { type Deployment, loadInventory } from "@infra/core/inventory";
import { pathsOf } from "../paths.js";
import { FileLock, FolderStore, restoreVersion } from "../state/index.js";
import { type CommonOptions, print, withCommonOptions, workspaceOf } from "./options.js";

/** Adds the commands on the history and the lock of states. */
export function addStateCommands(program: Command): void {
  const state = program.command("state").description("look at the history of a state, go back in it, free its lock");
  const add = (name: string, description: string) =>
    withCommonOptions(state.command(name).description(description)).argument("<deployment>", "<environment>/<name>");
  add("versions", "list the versions of the state, newest first").action(versions);
  add("restore", "make an earlier version current again; nothing is overwritten")
    .argument("<version>", "number of the version", versionNumber)
    .action(restore);
  add("unlock", "take the lock away from a run that is gone; that run cannot write any more").action(unlock);
}

function versionNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Use the number of a version; infra state versions lists them.");
}

function open(
  id: string,
  options: CommonOptions,
): { deployment: Deployment | undefined; store: FolderStore; lock: FileLock } {
  const { root, inventory } = workspaceOf(options);
  const [deployment] = loadInventory(inventory, { only: [id] }).deployments;
  const { state } = pathsOf(root, { id, file: deployment?.file ?? "" }, options.offline ?? false);
  return { deployment, store: new FolderStore(state, id), lock: new FileLock(state, id) };
}

async function versions(id: string, options: CommonOptions): Promise<void> {
  const found = await open(id, options).store.versions();
  print(options, found, () => {
    if (found.length === 0) return `${id} has no state: it was never applied`;
    const line = ({ current, version, serial, written, sha256, restoredFrom }: (typeof found)[number]) =>
      `${current ? "*" : " "} ${String(version).padStart(5)}  serial ${String(serial).padStart(5)}  ${written}  ${sha256.slice(0, 12)}${restoredFrom === undefined ? "" : `  restored from ${String(restoredFrom)}`}`;
    return found.map(line).join("\n");
  });
}

async function restore(id: string, version: number, options: CommonOptions): Promise<void> {
  const { store, lock } = open(id, options);
  const { pointer } = await restoreVersion(store, lock, version);
  print(
    options,
    pointer,
    () =>
      `version ${String(version)} of ${id} is current again, as version ${String(pointer.version)}; plan to see what differs`,
  );
}

async function unlock(id: string, options: CommonOptions): Promise<void> {
  const holder = await open(id, options).lock.forceUnlock();
  print(options, holder ?? null, () =>
    holder
      ? `took the lock of ${id} from ${holder.operation} by ${holder.user}@${holder.host}, pid ${String(holder.pid)}`
      : `${id} was not locked`,
  );
}
