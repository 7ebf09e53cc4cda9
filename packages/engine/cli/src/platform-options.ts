import { type Command, Option } from "commander";
import { platformNames } from "@infra/platforms/names";
import type { CommonOptions } from "./options.js";

/** Adds what a user may say of the platform; the environment of a pipeline says the rest. */
export function withPlatformOptions(command: Command): Command {
  return command
    .addOption(new Option("--platform <name>", "the platform (default: the pipeline's)").choices(platformNames))
    .option("--project <path>", "<owner>/<name>, for GitLab also its number (default: the pipeline's)")
    .option("--api-url <url>", "the platform's REST API (default: the pipeline's)");
}

/** Options of every command that speaks to the platform. */
export interface PlatformCommandOptions extends CommonOptions {
  readonly platform?: (typeof platformNames)[number];
  readonly project?: string;
  readonly apiUrl?: string;
}
