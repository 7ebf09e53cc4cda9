import type { Command } from "commander";
import { loadInventory } from "@infra/core/inventory";
import { table } from "../table.js";
import { type CommonOptions, print, withCommonOptions, workspaceOf } from "./options.js";

/** Adds the commands that only look: list, doctor, schema. */
export function addInspectionCommands(program: Command): void {
  withCommonOptions(program.command("list").description("list the deployments of the inventory")).action(list);
  withCommonOptions(program.command("doctor").description("look at everything that a run needs")).action(doctor);
  withCommonOptions(
    program.command("schema").description("write the JSON Schemas of the inventory's files, for editors"),
  ).action(schema);
}

function list(options: CommonOptions): void {
  const { inventory } = workspaceOf(options);
  const deployments = loadInventory(inventory).deployments.map(
    ({ id, environment, name, stack, settings, file, references, secrets }) => ({
      id,
      environment,
      name,
      stack,
      provider: settings.provider,
      region: settings.region,
      file,
      references: references.map(String),
      secrets: [...new Set(secrets.map(String))],
    }),
  );
  print(options, deployments, () => {
    const rows = deployments.map(({ id, stack, provider, region, references }) => [
      id,
      stack,
      provider,
      region,
      references.join(" "),
    ]);
    return table([["deployment", "stack", "provider", "region", "refers to"], ...rows]).join("\n");
  });
}

async function doctor(options: CommonOptions): Promise<void> {
  const { examine } = await import("../doctor.js");
  const findings = await examine(workspaceOf(options));
  const marks = { ok: "✓", warning: "!", error: "✗" };
  if (findings.some(({ level }) => level === "error")) process.exitCode = 1;
  print(options, findings, () =>
    findings.map(({ level, message, remedy }) => `${marks[level]} ${message}${remedy ? `. ${remedy}` : ""}`).join("\n"),
  );
}

async function schema(options: CommonOptions): Promise<void> {
  const { writeEditorSchemas } = await import("../editor-schemas.js");
  const { root, inventory } = workspaceOf(options);
  const files = writeEditorSchemas(root, loadInventory(inventory).deployments);
  print(options, files, () => files.join("\n"));
}
