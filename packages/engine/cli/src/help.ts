import type { Command } from "commander";

/** Gives a command, and each of its commands that has some, a `help` that refuses what is no command. */
export function withHelp(command: Command): void {
  const { commands } = command;
  if (commands.length === 0) return;
  for (const each of commands) withHelp(each);
  command
    .helpCommand(false)
    .command("help")
    .description("display help for command")
    .argument("[command...]")
    .action((words: readonly string[]) => {
      let found = command;
      for (const word of words) found = childOf(found, word);
      found.help();
    });
}

function childOf({ commands }: Command, word: string): Command {
  const found = commands.find((each) => each.name() === word || each.aliases().includes(word));
  if (found) return found;
  const { infraError, suggest } = require("@infra/inventory") as typeof import("@infra/inventory");
  const names = commands.map((each) => each.name());
  throw infraError(`${JSON.stringify(word)} is not a command`, suggest(word, names));
}
