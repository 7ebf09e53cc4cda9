import { InfraError, type NotifierSettings, type NotifySettings, type Problem } from "@infra/core/inventory";
import type { Mask } from "../mask.js";
import { email } from "./email.js";
import type { Notice } from "./notice.js";
import type { Notifier, Reveal } from "./notifier.js";
import { slack } from "./slack.js";
import { webhook } from "./webhook.js";

export { type Happening, happeningsOf, type Notice } from "./notice.js";
export type { Reveal } from "./notifier.js";

/** What came of telling everybody. */
export interface Notified {
  /** Names of those who were told. */
  readonly told: readonly string[];
  /** Why others could not be. */
  readonly problems: readonly Problem[];
}

/**
 * Tells everybody what they want to know of a run; who wants none of it is not told anything.
 *
 * @param test Tells everybody, whatever they want to know.
 */
export async function notifyAll(
  settings: NotifySettings,
  notice: Notice,
  { reveal, mask, test = false }: { readonly reveal: Reveal; readonly mask: Mask; readonly test?: boolean },
): Promise<Notified> {
  const outcomes = await Promise.all(
    Object.entries(settings).map(
      async ([name, each]): Promise<Partial<Record<"told" | "failed", string>> & { error?: unknown }> => {
        const notifier = notifierOf(each, reveal);
        const happenings = notice.happenings.filter(({ event }) => notifier.events.includes(event));
        if (happenings.length === 0 && !test) return {};
        try {
          await notifier.send(mask.value({ ...notice, happenings }));
          return { told: name };
        } catch (error) {
          return { failed: name, error };
        }
      },
    ),
  );
  return {
    told: outcomes.flatMap(({ told }) => told ?? []),
    problems: outcomes.flatMap(({ failed, error }) =>
      failed === undefined ? [] : mask.value(problemsOf(failed, error)),
    ),
  };
}

function notifierOf(settings: NotifierSettings, reveal: Reveal): Notifier {
  if (settings.kind === "webhook") return webhook(settings, reveal);
  return settings.kind === "slack" ? slack(settings, reveal) : email(settings, reveal);
}

function problemsOf(name: string, error: unknown): Problem[] {
  if (error instanceof InfraError)
    return error.problems.map((each) => ({ ...each, message: `notify.${name}: ${each.message}` }));
  const message = error instanceof Error ? error.message : String(error);
  return [
    { message: `notify.${name}: ${message}`, remedy: "Correct it in product.yaml, then run: infra notify --test" },
  ];
}
