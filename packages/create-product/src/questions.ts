import { createInterface } from "node:readline/promises";
import { type Cloud, cloudOf, type NewOptions, problemOf } from "@infra/product/new";
import { type Flags, properties, type Property } from "./flags.js";

/** One question about an option. */
interface Question {
  readonly text: string;
  /** What can be answered; a last word … stands for more of the kind. @default - anything */
  readonly words?: readonly string[] | undefined;
  /** What an empty answer means. @default - nothing is said */
  readonly fallback?: string;
}

/** How many regions a question names. */
const SHOWN_REGIONS = 6;

/**
 * Asks for what no flag says; an empty answer takes the default, and one that is wrong is asked for again.
 *
 * @param defaults Defaults that only the caller knows
 * @throws Error for a flag that is wrong, and when the questions are left with Ctrl-C or Ctrl-D
 */
export async function askForRest(flags: Flags, defaults: Flags): Promise<Flags> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const left = new AbortController();
  const leave = () => {
    left.abort();
  };
  terminal.once("SIGINT", leave).once("close", leave);
  try {
    return await answersTo((prompt) => terminal.question(prompt, { signal: left.signal }), flags, defaults);
  } catch (error) {
    if (!left.signal.aborted) throw error;
    throw new Error("\nNothing was made: the questions were left", { cause: error });
  } finally {
    terminal.close();
  }
}

/** Shows a question. @returns what is typed */
type Ask = (prompt: string) => Promise<string>;

async function answersTo(ask: Ask, flags: Flags, defaults: Flags): Promise<Flags> {
  const known: Record<string, unknown> = { ...defaults };
  for (const [name, property] of Object.entries(properties())) {
    const problemWith = (value: unknown) =>
      problemOf(name as keyof NewOptions, { ...known, [name]: value } as unknown as NewOptions);
    const flag = flags[name];
    const problem = flag === undefined ? undefined : problemWith(flag);
    if (problem !== undefined) throw new Error(problem);
    const question = flag === undefined ? questionOf(name, property, known) : undefined;
    const value = question ? await answerTo(ask, question, property, problemWith) : flag;
    if (value !== undefined) known[name] = value;
  }
  return known;
}

async function answerTo(
  ask: Ask,
  question: Question,
  property: Property,
  problemWith: (value: unknown) => string | undefined,
): Promise<unknown> {
  for (;;) {
    const said = (await ask(promptOf(question))).trim();
    const value = valueOf(property, said === "" ? (question.fallback ?? "") : said);
    const problem = value === undefined ? "Answer yes or no." : problemWith(value);
    if (problem === undefined) return value;
    process.stderr.write(`${problem}\n`);
  }
}

/** What is asked about an option. @returns undefined when it has a default that is right for nearly all, or does not apply */
function questionOf(name: string, property: Property, known: Flags): Question | undefined {
  const { type, description, enum: words, default: standard } = property;
  const text = property["x-prompt"] ?? (type === "array" ? description.replace(/\.$/, "") : undefined);
  if (text === undefined) return undefined;
  const cloud = () => cloudOf(known["provider"] as Parameters<typeof cloudOf>[0]);
  if (name === "region") return regionQuestion(cloud());
  if (name === "account") return accountQuestion(cloud());
  if (type === "boolean") return { text, words: ["yes", "no"], fallback: standard === false ? "no" : "yes" };
  const fallback = known[name] ?? standard;
  return { text, words, ...(fallback === undefined ? {} : { fallback: String(fallback) }) };
}

function regionQuestion({ regions: [first = "", ...others] }: Cloud): Question {
  const more = others.length >= SHOWN_REGIONS ? ["…"] : [];
  const words = [first, ...others.slice(0, SHOWN_REGIONS - 1), ...more];
  return { text: "Region", words, fallback: first };
}

function accountQuestion({ account }: Cloud): Question | undefined {
  return account && { text: `Account: ${account.meaning}${account.required ? "" : " (empty: none is named)"}` };
}

function promptOf({ text, words, fallback }: Question): string {
  return `${text}${words ? ` [${words.join(", ")}]` : ""}${fallback === undefined ? "" : ` (${fallback})`}: `;
}

/** @returns undefined for what is neither yes nor no */
function valueOf({ type }: Property, answer: string): unknown {
  if (type === "boolean") return /^(?:y|yes)$/i.test(answer) || (/^(?:n|no)$/i.test(answer) ? false : undefined);
  return type === "array" ? answer.split(",").map((each) => each.trim()) : answer;
}
