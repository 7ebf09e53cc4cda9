import { type Command, InvalidArgumentError } from "commander";
import { SecretReference, secretScheme } from "@infra/inventory";
import { type TierName, tierNames } from "@infra/secrets";
import { type CommonOptions, withCommonOptions } from "./options.js";
import type { BootstrapCommandOptions, GetOptions, RotateOptions, TierOption } from "./secret-actions.js";

const notation = "secret://<path>#<field>, or <path>#<field>";

/** Adds the commands on secrets. */
export function addSecretCommands(program: Command): void {
  const secrets = program.command("secrets").description("look at the secrets of the inventory, write and renew them");
  const add = (name: string, description: string) => withCommonOptions(secrets.command(name).description(description));
  add("check", "which secret store has which secret, and which stores can be asked; shows no value")
    .argument("[deployments...]", "<environment>/<name>; all when none is given")
    .action(async (ids: string[], options: CommonOptions) => (await actions()).check(ids, options));
  add("get", "print the value of a secret, on a terminal only")
    .argument("<secret>", notation, secretArgument)
    .option("--reveal", "print it also to a pipe, a file or as JSON")
    .action(async (secret: SecretReference, options: GetOptions) => (await actions()).get(secret, options));
  add("set", "write a secret; the value is asked for, or read from the standard input without its last line break")
    .argument("<secret>", notation, secretArgument)
    .option(
      "--tier <tier>",
      "where to (default: where it is, else the first store that can be written to)",
      tierArgument,
    )
    .action(async (secret: SecretReference, options: TierOption) => (await actions()).set(secret, options));
  add("edit", "open a SOPS file in the editor")
    .argument("<path>", "the path of its secrets", pathArgument)
    .action(async (path: string, options: CommonOptions) => (await actions()).edit(path, options));
  add("rotate", "write a new random value; with --keys, renew the data keys of all SOPS files instead")
    .argument("[secret]", notation, secretArgument)
    .option("--length <n>", "letters and digits of the new value (default: 40)", lengthArgument)
    .option("--tier <tier>", "where to (default: where it is)", tierArgument)
    .option("--keys", "new data keys, for the recipients that .sops.yaml names now")
    .action(async (secret: SecretReference | undefined, options: RotateOptions) =>
      (await actions()).rotate(secret, options),
    );
  addBootstrap(secrets);
}

/** Adds what is needed once, for a new Vault. */
function addBootstrap(secrets: Command): void {
  withCommonOptions(
    secrets
      .command("bootstrap")
      .description(
        "initialise or unseal Vault, with its keys in 1Password or SOPS; run it again to go on where it stopped",
      ),
  )
    .option("--keeper <tier>", "1password or sops (default: the first that is set up)", tierArgument)
    .option("--path <path>", "where the keeper has the keys (default: <product>/vault)", pathArgument)
    .option("--shares <n>", "how many unseal keys (default: 5)", countArgument)
    .option("--threshold <n>", "how many of them unseal (default: 3)", countArgument)
    .action(async (options: BootstrapCommandOptions) => (await actions()).bootstrapVault(options));
}

function countArgument(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 255) return value;
  throw new InvalidArgumentError("Use a whole number from 1 to 255.");
}

/** Loaded by who needs them. */
function actions() {
  return import("./secret-actions.js");
}

function secretArgument(text: string): SecretReference {
  return SecretReference.parse(text.startsWith(secretScheme) ? text : secretScheme + text);
}

function pathArgument(text: string): string {
  return secretArgument(`${text.replace(/#.*/, "")}#any`).path;
}

function tierArgument(text: string): TierName {
  const found = tierNames.find((name) => name === text);
  if (!found) throw new InvalidArgumentError(`Use one of: ${tierNames.join(", ")}.`);
  return found;
}

function lengthArgument(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 16 && value <= 1024) return value;
  throw new InvalidArgumentError("Use a whole number from 16 to 1024.");
}
