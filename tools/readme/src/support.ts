import type { ModuleCase } from "@infra/conformance";
import { type Gap, gapOf } from "@infra/core";
import { providerNames } from "@infra/inventory";

/** A table of features by cloud, from what the adapters declare; below it what is refused, with the words of the refusal. */
export function supportTable({ contract, adapters }: ModuleCase): string {
  const features = Object.keys(contract.features);
  const rows = features.map((feature) => {
    const marks = providerNames.map((name) => (gapOf(adapters, name, feature) ? "–" : "yes"));
    return `| ${contract.features[feature]?.description ?? feature} | ${marks.join(" | ")} |`;
  });
  const head = [`| feature | ${providerNames.join(" | ")} |`, `| --- |${" --- |".repeat(providerNames.length)}`];
  const gaps = providerNames.flatMap((name) => {
    const adapter = adapters[name];
    if (typeof adapter !== "function") return [line(name, adapter)];
    return features.flatMap((feature) => gapOf(adapters, name, feature) ?? []).map((gap) => line(name, gap));
  });
  return [...(rows.length > 0 ? [...head, ...rows, ""] : []), ...new Set(gaps)].join("\n");
}

function line(provider: string, { reason, remedy }: Gap): string {
  return `- ${provider}: ${reason}. ${remedy}.`;
}
