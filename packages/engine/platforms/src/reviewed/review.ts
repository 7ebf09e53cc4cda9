/** What was reviewed before a commit came to be. */
export interface Review {
  /** `pull request 7`. */
  readonly title: string;
  /** The plans that were made for it, as a zip. @default - there are none any more, or none that can be trusted */
  readonly plans?: Uint8Array;
  /** Why there are no plans. @default - there are */
  readonly reason?: string;
}

/** A platform that keeps what pipelines leave. */
export interface Reviews {
  /** The review that a commit of the main branch came from. @returns undefined when it came without one */
  of(commit: string): Promise<Review | undefined>;
}
