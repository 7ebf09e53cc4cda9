import { InfraError, type NotifierSettings, type NotifySettings, type Problem } from "@infra/inventory";
import type { Mask } from "@infra/io";
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
    Object.entries(settings).map(async ([name, each]): Promise<Notified> => {
      const notifier = notifierOf(each, reveal);
      const happenings = notice.happenings.filter(({ event }) => notifier.events.includes(event));
      if (happenings.length === 0 && !test) return { told: [], problems: [] };
      try {
        await notifier.send(mask.value({ ...notice, happenings }));
        return { told: [name], problems: [] };
      } catch (error) {
        return { told: [], problems: mask.value(problemsOf(name, error)) };
      }
    }),
  );
  return {
    told: outcomes.flatMap(({ told }) => told),
    problems: outcomes.flatMap(({ problems }) => problems),
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
