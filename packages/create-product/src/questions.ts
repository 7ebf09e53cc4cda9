import { createInterface, type Interface } from "node:readline/promises";
import { type Flags, properties, type Property } from "./flags.js";

/** Asks for what no flag says. An empty answer takes the default. */
export async function askForRest(flags: Flags): Promise<Flags> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answers: Record<string, unknown> = { ...flags };
  try {
    for (const [name, property] of Object.entries(properties())) {
      const prompt = property["x-prompt"];
      if (prompt !== undefined && answers[name] === undefined) answers[name] = await ask(terminal, prompt, property);
    }
  } finally {
    terminal.close();
  }
  return answers;
}

async function ask(terminal: Interface, prompt: string, property: Property): Promise<unknown> {
  const words = property.type === "boolean" ? ["yes", "no"] : property.enum;
  const fallback = property.type === "boolean" ? (property.default === false ? "no" : "yes") : property.default;
  const hint = `${words ? ` [${words.join(", ")}]` : ""}${fallback === undefined ? "" : ` (${String(fallback)})`}`;
  for (;;) {
    const answer = (await terminal.question(`${prompt}${hint}: `)).trim() || fallback;
    if (words && !words.includes(String(answer))) continue;
    return property.type === "boolean" ? answer === "yes" : answer;
  }
}
