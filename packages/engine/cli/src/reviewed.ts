import { type Command } from "commander";
import { infraError } from "@infra/inventory";
import { type CommonOptions, print, workspaceOf } from "./options.js";

interface ReviewedOptions extends CommonOptions {
  readonly commit?: string;
}

const examples = `
Examples:
  $ infra reviewed                        in the pipeline of the main branch
  $ infra apply --all --yes --planned     then applies them, and refuses unreviewed changes`;

/** Adds the command that takes over the plans of a reviewed change. */
export function addReviewedCommand(program: Command): void {
  program
    .command("reviewed")
    .description("fetch the plans of the pull request that a commit came from, for infra apply --planned")
    .option("--commit <hash>", "commit of the main branch (default: the one of the pipeline)")
    .option("--json", "print JSON")
    .addHelpText("after", examples)
    .action(reviewed);
}

/** Without plans it succeeds: what changes is refused by the apply, and named there. */
async function reviewed(options: ReviewedOptions): Promise<void> {
  const { findPlatform } = await import("@infra/platforms");
  const { reviewsOf, takePlans } = await import("@infra/platforms");
  const { root } = workspaceOf(options);
  const { surroundings } = findPlatform({ ...(options.commit ? { commit: options.commit } : {}) }, process.env);
  const { commit, token } = surroundings;
  if (!commit || !token) throw infraError("the commit is not known", "Name it: --commit <hash>");
  const review = await reviewsOf(surroundings, token).of(commit);
  const deployments = review?.plans ? await takePlans(review.plans, root) : [];
  const found = { commit, review: review?.title ?? null, reason: review?.reason ?? null, deployments };
  print(options, found, () => {
    if (!review) return `${commit} came without a review, so there are no plans that were looked at`;
    if (review.reason) return `${review.title}: ${review.reason}`;
    return `${review.title}: ${deployments.length > 0 ? `plans of ${deployments.join(", ")}` : "no plans"}`;
  });
}
