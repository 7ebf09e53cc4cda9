import type { Command } from "commander";
import { coloured, type CommonOptions, print, withCommonOptions, workspaceOf } from "./options.js";

const help = `
Examples:
  $ infra status                       what is applied, compared with the inventory
  $ infra status production/compute    one deployment
  $ infra status --json                for machines

Exit codes: 0 everything is up to date, 2 something is not, 1 error.`;

/** Adds the command that compares what is applied with the inventory. */
export function addStatusCommand(program: Command): void {
  const description = "compare what is applied with the inventory, and find deployments that were removed from it";
  withCommonOptions(program.command("status").description(description))
    .argument(
      "[deployments...]",
      "<environment>/<name> (default: all, also those that were removed from the inventory)",
    )
    .addHelpText("after", help)
    .action(status);
}

async function status(ids: string[], options: CommonOptions): Promise<void> {
  const { exitCodeOfStatus, statusOf } = await import("@infra/engine");
  const { renderStatus } = await import("./status-table.js");
  const { root, inventory } = workspaceOf(options);
  const { offline = false } = options;
  const only = ids.length > 0 ? { only: ids } : {};
  const statuses = await statusOf({ root, inventory, offline, env: process.env, ...only });
  const exitCode = exitCodeOfStatus(statuses);
  process.exitCode = exitCode;
  print(options, { deployments: statuses, exitCode }, () =>
    renderStatus(statuses, { colour: coloured(process.stdout), offline }),
  );
}
