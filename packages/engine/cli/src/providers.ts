import type { Command } from "commander";
import type { ListedProvider, UpgradedProvider } from "@infra/engine";
import { table } from "@infra/io";
import { type CommonOptions, print, withCommonOptions, workspaceOf } from "./options.js";

const help = `
Examples:
  $ infra providers list                          which versions run, and what is behind
  $ infra providers list --offline                the same without asking a registry
  $ infra providers upgrade production/compute    raise one lock file, within the major of the bindings

Exit codes of list: 0 nothing is behind, 2 something is, 1 error; of upgrade: 0 nothing changed, 2 lock files changed, 1 error.`;

/** Adds the commands about Terraform providers. */
export function addProviderCommands(program: Command): void {
  const providers = program.command("providers").description("list Terraform providers, and raise their lock files");
  providers.addHelpText("after", help);
  withCommonOptions(providers.command("list").description("list the providers of deployments, and what is behind"))
    .argument("[deployments...]", "<environment>/<name>; all when none is given")
    .action(list);
  withCommonOptions(
    providers.command("upgrade").description("raise lock files to the newest versions that are allowed"),
  )
    .argument("[deployments...]", "<environment>/<name>; all when none is given")
    .action(upgrade);
}

const request = (ids: readonly string[], options: CommonOptions) => {
  const { root, inventory } = workspaceOf(options);
  return {
    root,
    inventory,
    offline: options.offline ?? false,
    env: process.env,
    ...(ids.length > 0 ? { only: ids } : {}),
  };
};

async function list(ids: string[], options: CommonOptions): Promise<void> {
  const { exitCodeOfProviders, listProviders } = await import("@infra/engine");
  const found = await listProviders(request(ids, options));
  process.exitCode = exitCodeOfProviders(found);
  print(options, found, () => {
    const head = ["deployment", "provider", "locked", "allowed", "newest", "constraint", "state"];
    return [...table([head, ...found.providers.map(rowOf)]), ...found.notes.map((note) => `note: ${note}`)].join("\n");
  });
}

function rowOf(each: ListedProvider): string[] {
  const { deployment, name, locked = "-", allowed = "?", newest = "?", constraint, state, needsBindings } = each;
  const more = needsBindings ? ", a newer major needs other bindings" : "";
  return [deployment, name, locked, allowed, newest, constraint, `${state}${more}`];
}

async function upgrade(ids: string[], options: CommonOptions): Promise<void> {
  const { upgradeProviders } = await import("@infra/engine");
  const { upgraded, files } = await upgradeProviders(request(ids, options));
  process.exitCode = files.length > 0 ? 2 : 0;
  print(options, { upgraded, files, exitCode: process.exitCode }, () => {
    if (files.length === 0) return "nothing to raise";
    if (upgraded.length === 0) return `checksums written: ${files.join(", ")}`;
    return table([["deployment", "provider", "from", "to"], ...upgraded.map(changeOf)]).join("\n");
  });
}

function changeOf({ deployment, source, from = "-", to = "-" }: UpgradedProvider): string[] {
  return [deployment, source, from, to];
}
