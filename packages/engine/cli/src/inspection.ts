import type { Command } from "commander";
import { type Deployment, type Inventory, loadInventory, type Workspace } from "@infra/inventory";
import type { RemovedState } from "@infra/engine";
import { table } from "@infra/io";
import { type CommonOptions, print, withCommonOptions, workspaceOf } from "./options.js";

/** Adds the commands that only look: list, doctor, configured, schema. */
export function addInspectionCommands(program: Command): void {
  withCommonOptions(program.command("list").description("list the deployments of the inventory")).action(list);
  withCommonOptions(program.command("doctor").description("check everything that a run needs")).action(doctor);
  withCommonOptions(
    program.command("configured").description("show what is configured for real runs; exit code 2 when nothing is"),
  )
    .addHelpText("after", "\nExit codes: 0 when something is, 2 when nothing is; make plan is offline then.")
    .action(showConfigured);
  withCommonOptions(
    program.command("schema").description("write the JSON Schemas of the inventory's files, for editors"),
  ).action(schema);
}

async function list(options: CommonOptions): Promise<void> {
  const workspace = workspaceOf(options);
  const loaded = loadInventory(workspace.inventory);
  const deployments = [...loaded.deployments.map(entryOf), ...(await removedEntries(options, workspace, loaded))];
  print(options, deployments, () => {
    const rows = deployments.map(({ id, stack, provider, region, references, removed }) => [
      id,
      stack,
      provider,
      region,
      removed ? "(removed from the inventory, has a state)" : references.join(" "),
    ]);
    return table([["deployment", "stack", "provider", "region", "refers to"], ...rows]).join("\n");
  });
}

function entryOf({ id, environment, name, stack, settings, file, references, secrets }: Deployment) {
  return {
    id,
    environment,
    name,
    stack,
    provider: settings.provider as string,
    region: settings.region,
    file,
    references: references.map(String),
    secrets: [...new Set(secrets.map(String))],
    removed: false,
  };
}

/** A store that does not answer hides what was removed, not what there is. */
async function removedEntries({ offline = false }: CommonOptions, { root, inventory }: Workspace, loaded: Inventory) {
  const { withRemoved } = await import("@infra/engine");
  const env = { ...process.env, TF_STATE_PATIENCE: "2" };
  try {
    return await withRemoved({ root, inventory, offline, env }, loaded, (removed) =>
      Promise.all(removed.map((state) => removedEntry(state, inventory))),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`removed deployments could not be looked for: ${reason}\n`);
    return [];
  }
}

async function removedEntry(
  { id, record, store }: RemovedState,
  inventory: string,
): Promise<ReturnType<typeof entryOf>> {
  if (record) {
    const { removedDeployment } = await import("@infra/engine");
    const applied = await store.applied.configurationOf(record);
    return { ...entryOf(removedDeployment(id, inventory, record, applied)), removed: true };
  }
  const [environment = "", name = ""] = id.split("/");
  const unknown = { stack: "-", provider: "-", region: "-", references: [], secrets: [] };
  return { id, environment, name, ...unknown, file: `${inventory}/${id}.yaml`, removed: true };
}

async function showConfigured(options: CommonOptions): Promise<void> {
  const { configured } = await import("./doctor/configured.js");
  const found = configured(workspaceOf(options).inventory, process.env);
  process.exitCode = found.length > 0 ? 0 : 2;
  print(options, { configured: found }, () =>
    found.length > 0
      ? `configured: ${found.join(", ")}`
      : "nothing is configured for real runs: there is no passphrase, no Vault, and no credential",
  );
}

async function doctor(options: CommonOptions): Promise<void> {
  const { examine } = await import("./doctor/doctor.js");
  const findings = await examine(workspaceOf(options));
  const marks = { ok: "✓", warning: "!", error: "✗" };
  if (findings.some(({ level }) => level === "error")) process.exitCode = 1;
  print(options, findings, () =>
    findings.map(({ level, message, remedy }) => `${marks[level]} ${message}${remedy ? `. ${remedy}` : ""}`).join("\n"),
  );
}

async function schema(options: CommonOptions): Promise<void> {
  const { writeEditorSchemas } = await import("@infra/engine");
  const { root, inventory } = workspaceOf(options);
  const files = writeEditorSchemas(root, loadInventory(inventory).deployments);
  print(options, files, () => files.join("\n"));
}
