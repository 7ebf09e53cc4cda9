import { type Command, InvalidArgumentError } from "commander";
import { findWorkspace, isOn, type Workspace } from "@infra/inventory";

/** Options that every command takes. */
export interface CommonOptions {
  readonly inventory?: string;
  readonly json?: boolean;
  readonly offline?: boolean;
}

/** Adds the options that every command takes. */
export function withCommonOptions(command: Command): Command {
  return command
    .option(
      "-i, --inventory <folder>",
      "folder of the inventory (default: infra.inventory of package.json, else inventory)",
    )
    .option("--offline", "use the mock provider: no account, no credentials", isOn(process.env["INFRA_OFFLINE"]))
    .option("--json", "print JSON");
}

/** The workspace of the working folder. */
export function workspaceOf(options: CommonOptions): Workspace {
  return findWorkspace(process.cwd(), options.inventory);
}

/** Prints what a command found: as JSON, or as text. */
export function print(options: CommonOptions, value: unknown, text: () => string): void {
  process.stdout.write(options.json ? `${JSON.stringify(value, null, 2)}\n` : `${text()}\n`);
}

/** Are colours wanted on a stream? https://no-color.org */
export function coloured(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && !process.env["NO_COLOR"];
}

/** A whole number of 1 or more. */
export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("Use a whole number of 1 or more.");
  return value;
}
