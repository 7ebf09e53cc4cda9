import { type Command, InvalidArgumentError } from "commander";
import { SecretReference, secretScheme } from "@infra/inventory";
import { type TierName, tierNames } from "@infra/secrets";
import { type CommonOptions, withCommonOptions } from "./options.js";
import type { BootstrapCommandOptions, GetOptions, RotateOptions, TierOption } from "./secret-actions.js";

const notation = "secret://<path>#<field>, or <path>#<field>";

/** Adds the commands on secrets. */
export function addSecretCommands(program: Command): void {
  const secrets = program.command("secrets").description("check, read, write and renew the secrets of the inventory");
  const add = (name: string, description: string) => withCommonOptions(secrets.command(name).description(description));
  add("check", "show which secret store has which secret, and which stores are available; shows no values")
    .argument("[deployments...]", "<environment>/<name> (default: all)")
    .action(async (ids: string[], options: CommonOptions) => (await actions()).check(ids, options));
  add("get", "print the value of a secret, on a terminal only")
    .argument("<secret>", notation, secretArgument)
    .option("--reveal", "also print it to a pipe, to a file or as JSON")
    .action(async (secret: SecretReference, options: GetOptions) => (await actions()).get(secret, options));
  add("set", "write a secret; prompts for the value, or reads it from the standard input without its last line break")
    .argument("<secret>", notation, secretArgument)
    .option(
      "--tier <tier>",
      "store to write to (default: the one that has the secret, else the first that is writable)",
      tierArgument,
    )
    .action(async (secret: SecretReference, options: TierOption) => (await actions()).set(secret, options));
  add("edit", "open a SOPS file in the editor")
    .argument("<path>", "path of its secrets", pathArgument)
    .action(async (path: string, options: CommonOptions) => (await actions()).edit(path, options));
  add("rotate", "write a new random value; with --keys, renew the data keys of all SOPS files instead")
    .argument("[secret]", notation, secretArgument)
    .option("--length <n>", "number of letters and digits of the new value (default: 40)", lengthArgument)
    .option("--tier <tier>", "store to write to (default: the one that has the secret)", tierArgument)
    .option("--keys", "generate new data keys, for the recipients in .sops.yaml")
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
      .description("initialise or unseal Vault, and store its keys in 1Password or SOPS; continues when repeated"),
  )
    .option("--keeper <tier>", "1password or sops (default: the first that is configured)", tierArgument)
    .option("--path <path>", "path of the keys in that store (default: <product>/vault)", pathArgument)
    .option("--shares <n>", "number of unseal keys (default: 5)", countArgument)
    .option("--threshold <n>", "number of keys that are needed to unseal (default: 3)", countArgument)
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
