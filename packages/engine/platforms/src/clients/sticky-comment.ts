import { infraError } from "@infra/inventory";
import { type Platform, type PlatformComment, sameText } from "./platform.js";
import { createOnce } from "./create-once.js";

/** What came of a sticky comment. */
export interface Posted {
  readonly change: "created" | "updated" | "unchanged";
  /** Page of the comment. @default - the platform names none */
  readonly url?: string;
}

/** The hidden mark that tells a comment of ours from others: nobody sees it. */
export function markerOf(key: string): string {
  return `<!-- infra:${key} -->`;
}

/** The key of a text that begins with a mark, as reports do. @returns undefined when it begins with something else */
export function keyIn(text: string): string | undefined {
  return /^<!-- infra:([^\s]+) -->/.exec(text)?.[1];
}

/**
 * Keeps one comment on a pull request: writes it once, then updates it in place, and leaves it alone when it says the same. Only
 * comments of the token's own account count, whatever others write.
 *
 * @param key Tells several comments of a pull request apart: `plan`.
 * @throws InfraError when the text is longer than the platform takes, PlatformError
 */
export async function postSticky(platform: Platform, pullRequest: number, key: string, text: string): Promise<Posted> {
  if (!/^[a-z0-9][a-z0-9:/_-]*$/.test(key))
    throw infraError(`${JSON.stringify(key)} can't be a key`, "Use lower-case letters, digits and - _ : /");
  const marker = markerOf(key);
  const body = text.startsWith(marker) ? text : `${marker}\n${text}`;
  if (body.length > platform.limits.comment)
    throw infraError(
      `the comment has ${String(body.length)} characters, and ${platform.name} takes ${String(platform.limits.comment)}`,
      "Shorten it, for example with a limit of infra report, and link to the rest",
    );
  const find = async () => (await platform.ownComments(pullRequest)).find((comment) => comment.body.startsWith(marker));
  const { created, found } = await createOnce(find, () => platform.addComment(pullRequest, body));
  if (!created && !sameText(found.body, body)) {
    await platform.editComment(pullRequest, found.id, body);
    return posted("updated", found);
  }
  return posted(created ? "created" : "unchanged", found);
}

function posted(change: Posted["change"], { url }: PlatformComment): Posted {
  return { change, ...(url === undefined ? {} : { url }) };
}
