/** A comment on a pull request. */
export interface PlatformComment {
  readonly id: number;
  readonly body: string;
  /** Page of the comment. @default - the platform names none */
  readonly url?: string;
}

/** An issue, open or closed. */
export interface PlatformIssue {
  /** Its number in the repository. */
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly open: boolean;
  readonly url: string;
}

/** What is to change of an issue. */
export interface IssueEdit {
  /** @default - as it is */
  readonly title?: string;
  /** @default - as it is */
  readonly body?: string;
  /** @default - as it is */
  readonly open?: boolean;
}

/** How a commit is marked. */
export interface CommitStatus {
  /** `infra/no-change`. */
  readonly name: string;
  readonly state: "pending" | "success" | "failure";
  /** One line; a longer one than the platform takes is cut. */
  readonly description: string;
  /** Page with more. @default - none */
  readonly url?: string;
}

/** Largest texts that a platform takes, in characters. */
export interface PlatformLimits {
  readonly comment: number;
  readonly issue: number;
  readonly description: number;
}

/**
 * A place that hosts a repository, its pull requests (merge requests) and its issues. Every operation throws a
 * {@link PlatformError} when the platform refuses or does not answer.
 */
export interface Platform {
  readonly name: "GitHub" | "GitLab";
  /** Which repository, for messages: `acme/shop on api.github.com`. */
  readonly where: string;
  readonly limits: PlatformLimits;
  /** What it calls a request to merge. */
  readonly pullRequestWord: "pull request" | "merge request";
  /** Name of the account that the token belongs to. */
  account(): Promise<string>;
  /** The comments that the token's own account wrote on a pull request, oldest first. */
  ownComments(pullRequest: number): Promise<readonly PlatformComment[]>;
  addComment(pullRequest: number, body: string): Promise<PlatformComment>;
  editComment(pullRequest: number, id: number, body: string): Promise<void>;
  /** Marks a commit; the latest mark of a name counts. */
  setCommitStatus(commit: string, status: CommitStatus): Promise<void>;
  /** All issues with a label, open and closed, oldest first. */
  issues(label: string): Promise<readonly PlatformIssue[]>;
  /** Opens an issue with a label, which is made where there is none. */
  openIssue(issue: { title: string; body: string; label: string }): Promise<PlatformIssue>;
  editIssue(number: number, edit: IssueEdit): Promise<void>;
  commentIssue(number: number, body: string): Promise<void>;
}

/** Are two texts the same to a platform, which may store other line ends and no space at the end? */
export function sameText(one: string, other: string): boolean {
  const plain = (text: string) => text.replaceAll("\r\n", "\n").trim();
  return plain(one) === plain(other);
}

/** A text that is cut to a number of characters. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
