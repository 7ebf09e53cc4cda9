/** What expressions can name: `github`, `inputs`, `secrets`, … */
export type Contexts = Readonly<Record<string, unknown>>;

/** How the jobs or steps before ended: what `success()`, `failure()` and `cancelled()` say. */
export interface Progress {
  readonly failed: boolean;
  readonly skipped: boolean;
}

/** Functions of the state of a run, and of files, that GitHub adds to the language. */
const statusFunctions = ["success", "failure", "cancelled", "always"] as const;

/** Evaluates an expression with GitHub's own parser. @throws Error for what the language does not have */
export async function evaluate(text: string, contexts: Contexts, progress?: Progress): Promise<unknown> {
  const { data, Evaluator, Lexer, Parser } = await import("@actions/expressions");
  const said = {
    success: !progress?.failed && !progress?.skipped,
    failure: progress?.failed ?? false,
    cancelled: false,
    always: true,
  };
  const states = statusFunctions.map((name) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(said[name]),
  }));
  // A value for every pattern: caches are not kept.
  const hashFiles = { name: "hashFiles", minArgs: 1, maxArgs: 255, call: () => new data.StringData("hash") };
  const functions = [...states, hashFiles];
  const expression = new Parser(new Lexer(text).lex().tokens, Object.keys(contexts), functions).parse();
  const known = JSON.parse(JSON.stringify(contexts), data.reviver) as InstanceType<typeof data.Dictionary>;
  const result = new Evaluator(
    expression,
    known,
    new Map(functions.map((each) => [each.name.toLowerCase(), each])),
  ).evaluate();
  return result.kind === data.Kind.Null ? null : JSON.parse(JSON.stringify(result, data.replacer));
}

/** A text with the values of its `${{ … }}` in their places, as GitHub writes them. */
export async function interpolate(text: string, contexts: Contexts, progress?: Progress): Promise<string> {
  const parts = text.split(/\$\{\{(.*?)\}\}/s);
  const values = await Promise.all(
    parts.map(async (part, index) =>
      index % 2 === 0 ? part : textOf(await evaluate(part.trim(), contexts, progress)),
    ),
  );
  return values.join("");
}

/** Decides an `if`. Without a function of the state, it also wants success. */
export async function isMet(condition: unknown, contexts: Contexts, progress: Progress): Promise<boolean> {
  const text = String(condition ?? "success()")
    .replace(/^\s*\$\{\{(.*)\}\}\s*$/s, "$1")
    .trim();
  const asks = statusFunctions.some((name) => text.includes(`${name}(`));
  const met = await evaluate(asks ? text : `success() && (${text})`, contexts, progress);
  return met !== false && met !== null && met !== "" && met !== 0;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
