import { z } from "zod";
import { denied, notFound, type SecretFailure, unavailable, wrong } from "../failure.js";
import { type Item, itemListSchema, itemSchema, type OnePasswordClient } from "./onepassword.js";
import { callProgram } from "./program.js";

const timeout = 60_000;

const who = z.object({ url: z.string().optional(), user_type: z.string().optional(), email: z.string().optional() });

/** The `op` command, version 2, with a service account (`OP_SERVICE_ACCOUNT_TOKEN`) or signed in. Values never become arguments. */
export class CommandClient implements OnePasswordClient {
  readonly where: string;

  /** @param command The program. */
  constructor(
    private readonly env: Readonly<NodeJS.ProcessEnv>,
    private readonly command = "op",
  ) {
    this.where = `${command} command`;
  }

  async check(): Promise<string> {
    const { url, user_type: type, email } = who.parse(await this.op(["whoami"]));
    return [type?.toLowerCase().replaceAll("_", " ") ?? email ?? "signed in", url].filter(Boolean).join(" at ");
  }

  async list(vault: string) {
    return itemListSchema.parse(await this.op(["item", "list", "--vault", vault]));
  }

  async get(vault: string, id: string): Promise<Item> {
    return itemSchema.parse(await this.op(["item", "get", id, "--vault", vault, "--reveal"]));
  }

  async create(vault: string, item: object): Promise<void> {
    await this.op(["item", "create", "--vault", vault, "-"], JSON.stringify(item));
  }

  async replace(vault: string, item: Item): Promise<void> {
    await this.op(["item", "edit", item.id, "--vault", vault], JSON.stringify(item));
  }

  private async op(args: readonly string[], input?: string): Promise<unknown> {
    const { command, env } = this;
    const given = input === undefined ? {} : { input };
    const ended = await callProgram({ command, arguments: [...args, "--format", "json"], env, timeout, ...given });
    if (ended.code !== 0) throw failureOf(ended.stderr);
    try {
      return JSON.parse(ended.stdout);
    } catch {
      throw wrong(`${command} did not answer in JSON`, "Install version 2 of the 1Password command-line tool");
    }
  }
}

/** What the command says when nobody may do this. Go's own words for a broken connection are no denial, whatever was being done. */
const refused =
  /^(?!.*dial tcp).*(?:sign ?in|signed in|session|unauthori[sz]ed|forbidden|permission|access|token|authenticat|\(40[13]\)|(?:status|HTTP)\D{0,12}40[13]\b)/i;

/** What it says when the service does not answer: `(503) Service Unavailable`. */
const away =
  /dial tcp|no such host|connection refused|timeout|timed out|temporarily unavailable|no network|network (?:error|connection|(?:is )?(?:down|unreachable|unavailable))|\(50\d\)|(?:status|HTTP)\D{0,12}50\d\b/i;

/** The command says only in words what went wrong. What is not known is an answer, so that no other tier is asked by mistake. */
function failureOf(stderr: string): SecretFailure {
  const text = stderr.trim().split("\n")[0]?.slice(0, 200) ?? "";
  if (/isn't (?:a|an) (?:vault|item)|not found|doesn't exist/i.test(text))
    return notFound(text, "Create it, or correct its name");
  // What it was asked for is quoted, and may be called anything.
  const said = text.replaceAll(/"[^"]*"/g, '""');
  if (refused.test(said))
    return denied(
      "nobody is signed in to 1Password, or may not do this",
      "Set OP_SERVICE_ACCOUNT_TOKEN to a token with access to the vault, or run: op signin",
    );
  if (away.test(said))
    return unavailable("1Password can't be reached", "Check the network, and https://status.1password.com");
  return wrong(`the op command failed: ${text}`, "Try it by hand");
}
