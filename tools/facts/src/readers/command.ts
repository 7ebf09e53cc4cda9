import { execa } from "execa";
import { z } from "zod";

/** Asks a cloud's own command, which knows how to log in. @throws Error that names the command and what was wrong. */
export async function ask<S extends z.ZodType>(
  command: readonly [string, ...string[]],
  schema: S,
): Promise<z.output<S>> {
  const [program, ...args] = command;
  const line = command.join(" ");
  const { stdout, stderr, failed, code } = await execa(program, args, { reject: false, maxBuffer: 2 ** 28 });
  if (code === "ENOENT") throw new Error(`${program} is not installed. Install it, and log in`);
  if (failed) throw new Error(`${line} failed: ${stderr.trim().split("\n").at(-1) ?? ""}`);
  const parsed = schema.safeParse(JSON.parse(stdout));
  if (!parsed.success) throw new Error(`${line} answered something else: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
