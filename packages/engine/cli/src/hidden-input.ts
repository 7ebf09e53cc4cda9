import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import { Writable } from "node:stream";

/** A value from the standard input: typed unseen on a terminal, else all of it without its last line break. Ctrl-C and Ctrl-D give none. */
export async function hiddenInput(question: string): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).replace(/\r?\n$/, "");
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true });
  // From here on the terminal echoes nothing: what is typed before the question is read is not seen either.
  process.stderr.write(question);
  const closed = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
  // On a terminal in raw mode Ctrl-C is a key, not a signal.
  terminal.once("SIGINT", () => terminal.close());
  try {
    return await Promise.race([terminal.question("").catch(() => ""), closed]);
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
