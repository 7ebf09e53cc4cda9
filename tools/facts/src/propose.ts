#!/usr/bin/env node
import { execa } from "execa";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { today } from "@infra/facts";
import { z } from "zod";
import { tokenOf } from "./readers/http.js";

/** The branch of the pull request: one at a time, which each run makes again from what is there. */
const branch = "facts/update";

/** Longest report in a pull request; GitHub takes 65536 characters. */
const longestReport = 60_000;

/** Where changes are proposed. */
export interface Proposal {
  /** Folder of the repository, whose tables were read again. */
  readonly root: string;
  /** What the reading said. */
  readonly report: string;
  /** `owner/name` on GitHub. */
  readonly repository: string;
  /** Beginning of the addresses of GitHub's API. */
  readonly api: string;
  /** Address of the server that is pushed to. */
  readonly server: string;
  /** Token that may write the repository's contents and pull requests. */
  readonly token: string;
  /** The branch that changes go to. */
  readonly base: string;
}

/**
 * Commits what differs in the tables, with a changeset, and opens a pull request or brings the one that is open up to date.
 *
 * @returns the number of the pull request; undefined when nothing differs
 * @throws Error that says what git or GitHub refused; never the token
 */
export async function propose(proposal: Proposal): Promise<number | undefined> {
  const { root, token, server } = proposal;
  const credentials = Buffer.from(`x-access-token:${token}`).toString("base64");
  const git = (...args: readonly string[]) =>
    execa("git", args, {
      cwd: root,
      env: {
        GIT_CONFIG_COUNT: "1",
        GIT_CONFIG_KEY_0: `http.${server}/.extraheader`,
        GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${credentials}`,
      },
    });
  const { stdout: changed } = await git("status", "--porcelain", "--", "packages/facts");
  if (changed === "") return undefined;
  const title = `feat(facts): facts and prices of clouds of ${today()}`;
  const sentence = `Facts and prices of clouds as they were on ${today()}.`;
  writeFileSync(join(root, ".changeset/facts.md"), `---\n"@infra/facts": patch\n---\n\n${sentence}\n`);
  await git("checkout", "--quiet", "-B", branch);
  await git("add", "packages/facts", ".changeset/facts.md");
  const identity = ["-c", "user.name=github-actions[bot]"];
  const email = ["-c", "user.email=41898282+github-actions[bot]@users.noreply.github.com"];
  await git(...identity, ...email, "commit", "--quiet", "--message", title);
  await git("push", "--quiet", "--force", "origin", branch);
  return await openPullRequest(proposal, title);
}

const pullRequest = z.object({ number: z.int() });

async function openPullRequest(proposal: Proposal, title: string): Promise<number> {
  const { repository, base, report } = proposal;
  const [owner = ""] = repository.split("/");
  const open = await ask(proposal, "GET", `?state=open&head=${owner}:${encodeURIComponent(branch)}`);
  const [known] = z.array(pullRequest).parse(open);
  const text = report.length > longestReport ? `${report.slice(0, longestReport)}\n…` : report;
  const body = `What the clouds said, and what differs from the tables:\n\n\`\`\`text\n${text.trim()}\n\`\`\`\n`;
  const answer = known
    ? await ask(proposal, "PATCH", `/${String(known.number)}`, { title, body })
    : await ask(proposal, "POST", "", { title, body, head: branch, base });
  return pullRequest.parse(answer).number;
}

async function ask(
  { api, repository, token }: Proposal,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const address = `${api}/repos/${repository}/pulls${path}`;
  const response = await fetch(address, {
    method,
    headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${address} answered ${String(response.status)}`);
  return response.json();
}

async function main(file: string | undefined): Promise<void> {
  if (file === undefined) throw new Error("propose needs the file of the report. Name it");
  const of = (name: string, otherwise: string) => process.env[name] ?? otherwise;
  const number = await propose({
    root: process.cwd(),
    report: readFileSync(file, "utf8"),
    repository: of("GITHUB_REPOSITORY", ""),
    api: of("GITHUB_API_URL", "https://api.github.com"),
    server: of("GITHUB_SERVER_URL", "https://github.com"),
    token: tokenOf("GITHUB_TOKEN"),
    base: of("GITHUB_REF_NAME", "main"),
  });
  console.log(number === undefined ? "nothing differs" : `pull request ${String(number)}`);
}

if (require.main === module)
  main(process.argv[2]).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
