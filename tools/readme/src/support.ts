import type { ModuleCase } from "@infra/conformance";
import { type ProviderName, providerNames } from "@infra/core";

/** A table of features by cloud, from what the adapters declare; below it the reasons and remedies of the gaps. */
export function supportTable({ contract }: ModuleCase): string {
  const names = providerNames.filter((name) => contract.adapters[name]);
  const rows = Object.entries<{ description: string }>(contract.features).map(([feature, { description }]) => {
    const marks = names.map((name) => (gapOf(contract, name, feature) ? "no" : "yes"));
    return `| ${description} | ${marks.join(" | ")} |`;
  });
  const notes = Object.keys(contract.features).flatMap((feature) =>
    names.flatMap((name) => {
      const gap = gapOf(contract, name, feature);
      return gap ? [`- ${name}: ${gap.reason}. ${gap.remedy}.`] : [];
    }),
  );
  const head = [`| feature | ${names.join(" | ")} |`, `| --- |${" --- |".repeat(names.length)}`];
  return [...head, ...rows, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n");
}

function gapOf(contract: ModuleCase["contract"], provider: ProviderName, feature: string) {
  const supports = contract.adapters[provider]?.().supports as Record<
    string,
    true | { reason: string; remedy: string }
  >;
  const support = supports[feature];
  return support === true ? undefined : support;
}
