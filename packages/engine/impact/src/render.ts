import { markdownTable, table } from "@infra/io";
import type { ProductImpact, Release } from "./impact.js";

/** One line per deployment that a release would change, and one sentence for all. */
export function renderImpact({ name, version }: Release, impacts: readonly ProductImpact[], markdown: boolean): string {
  const rows = impacts.flatMap(({ product, deployments, problem }) => [
    ...Object.entries(deployments).map(([id, found]) => {
      const counts = (["add", "change", "remove"] as const).map(
        (action) => found.filter((each) => each.action === action).length,
      );
      return [
        product,
        id,
        ...counts.map((count) => (count === 0 ? "·" : String(count))),
        found.map(({ address }) => address).join(" "),
      ];
    }),
    ...(problem === undefined ? [] : [[product, "!", "·", "·", "·", problem.split("\n")[0] ?? ""]]),
  ]);
  const changed = impacts.reduce((sum, { deployments }) => sum + Object.keys(deployments).length, 0);
  const failed = impacts.filter(({ problem }) => problem !== undefined).length;
  const sentence = `${name}@${version} would change ${String(changed)} deployment${changed === 1 ? "" : "s"} of ${String(impacts.length)} product${impacts.length === 1 ? "" : "s"}${failed > 0 ? `; of ${String(failed)} it cannot be told` : ""}`;
  const head = ["product", "deployment", "+", "~", "-", "resources"];
  if (rows.length === 0) return sentence;
  return markdown
    ? `${sentence}\n\n${markdownTable([head, ...rows]).join("\n")}`
    : `${table([head, ...rows]).join("\n")}\n\n${sentence}`;
}
