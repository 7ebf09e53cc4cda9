import { type Inventory, type NotifySettings, SecretReference } from "@infra/inventory";
import type { Mask } from "@infra/io";
import { Secrets } from "./secrets.js";
import { tiersOf } from "./tiers/tiers.js";

/** Where a run reads its secrets. */
export interface SecretsRequest {
  /** Root of the workspace: encrypted files are named relative to it. */
  readonly root: string;
  /** Reads no secrets at all. @default false */
  readonly offline?: boolean;
  /** Environment of the run. @default process.env */
  readonly env?: Readonly<NodeJS.ProcessEnv>;
}

/** The secrets that deployments and notifiers name; nothing is asked yet. */
export function secretsOf(
  { deployments, notify, secrets: settings }: Inventory,
  { root, offline = false, env = process.env }: SecretsRequest,
  mask: Mask,
): Secrets {
  const wanted = [...deployments, ...notifierSecrets(notify)].flatMap(({ secrets }) => secrets);
  if (offline) return new Secrets([], wanted, mask, true);
  const managementDomain = deployments.find((each) => each.settings.management)?.settings.management?.domain;
  const hide = (value: string) => mask.add([value]);
  return new Secrets(tiersOf({ settings, managementDomain, root, env, hide }), wanted, mask);
}

/** The secrets of those who are notified, by `notify.<name>`. */
export function notifierSecrets(
  notify: NotifySettings = {},
): { readonly id: string; readonly secrets: SecretReference[] }[] {
  return Object.entries(notify).map(([name, notifier]) => ({
    id: `notify.${name}`,
    secrets: Object.values(notifier).filter((value) => value instanceof SecretReference),
  }));
}
