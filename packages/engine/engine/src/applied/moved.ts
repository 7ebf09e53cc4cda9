import { bindingsOf, type Deployment, infraError, type InfraError, providerNames } from "@infra/inventory";
import type { AppliedConfiguration } from "@infra/state";
import type { DeploymentRun } from "../deployment/deployment-run.js";
import { isRemoved } from "./removed-deployment.js";

/** A setting that says where a deployment is, and that is another one than what is applied. */
export interface Move {
  readonly setting: "provider" | "region" | "account";
  /** Where it is applied. */
  readonly from: string;
  /** Where the inventory wants it. */
  readonly to: string;
}

/**
 * How a deployment would leave what is applied behind: on another cloud, or in a region or an account that only the provider's own
 * arguments name. Such a change is in no attribute of a resource, so that no plan shows it; where resources name their region, the
 * plan does.
 *
 * @returns undefined when it stays
 */
export function moveOf(
  { settings }: Deployment,
  applied: Pick<AppliedConfiguration, "settings" | "configuration">,
): Move | undefined {
  const before = new Map(Object.entries(applied.settings));
  const from = (setting: Move["setting"]): string | undefined => {
    const value = before.get(setting);
    return typeof value === "string" ? value : undefined;
  };
  const provider = providerNames.find((name) => name === from("provider"));
  if (provider === undefined) return undefined;
  if (provider !== settings.provider) return { setting: "provider", from: provider, to: settings.provider };
  const used = new Set(Object.keys((applied.configuration["provider"] ?? {}) as object));
  const bindings = bindingsOf(provider).filter(({ source }) => used.has(source.split("/").at(-1) ?? ""));
  const now = { region: settings.region, account: settings.account };
  for (const setting of ["region", "account"] as const) {
    const [old, wanted] = [from(setting), now[setting]];
    if (old === undefined || wanted === undefined || old === wanted) continue;
    const was = { ...now, [setting]: old };
    if (bindings.some((each) => JSON.stringify(each.arguments(was)) !== JSON.stringify(each.arguments(now))))
      return { setting, from: old, to: wanted };
  }
  return undefined;
}

/** `applied on aws, and the inventory says hetzner`. */
export function describeMove({ setting, from, to }: Move): string {
  const where = { provider: "on", region: "in", account: "in the account" }[setting];
  return `applied ${where} ${from}, and the inventory says ${to}`;
}

/**
 * Refuses to look for what is applied where it is not.
 *
 * @throws InfraError before anything is downloaded or contacted
 */
export async function refuseMoved({ context, deployment }: DeploymentRun): Promise<void> {
  if (isRemoved(deployment)) return;
  const { store: own, readOnlyStore: store = own } = await context.backends.of(deployment);
  const record = await store.applied.last();
  if (!record || (record.operation === "destroy" && record.outcome === "done")) return;
  const move = moveOf(deployment, await store.applied.configurationOf(record));
  if (move) throw moved(deployment, move, context.offline);
}

function moved({ id, settingPlaces, file, environment, name }: Deployment, move: Move, offline: boolean): InfraError {
  const flag = offline ? " --offline" : "";
  const place = settingPlaces[move.setting] ?? { file, line: 1, column: 1 };
  return infraError(
    `${id} is ${describeMove(move)}: nothing there would be found`,
    `To remove it, write ${move.setting}: ${move.from} and run infra destroy ${id}${flag}. ` +
      `To move it, keep that and add the new one as another file, such as ${environment}/${name}-2.yaml; then destroy the old one`,
    { path: move.setting, place },
  );
}
