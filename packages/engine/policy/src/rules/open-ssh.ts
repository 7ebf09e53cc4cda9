import { anywhere, type Opening, readers } from "../openings.js";
import type { Objection, Rule } from "../rule.js";

const port = 22;
const remedy = "List the networks that you connect from, or use a bastion";

/** The words of clouds for any address. */
const words = ["*", "any", "internet", "0.0.0.0", anywhere];

/** No firewall of any cloud lets the internet, or a large part of it, reach SSH. */
export const openSsh: Rule = {
  id: "open-ssh",
  demands: "port 22 is not open to the internet",
  why: "whoever finds the address tries passwords and every flaw of the SSH server that is not yet mended",
  types: Object.fromEntries(Object.entries(readers).map(([provider, byType]) => [provider, Object.keys(byType)])),
  check(resource) {
    const read = resource.provider && readers[resource.provider]?.[resource.type];
    return (read?.(resource) ?? []).flatMap(objectionTo);
  },
};

function objectionTo(opening: Opening): readonly Objection[] {
  const { allowsInbound, isTcp, ports, sources, hasUnknownSources, place } = opening;
  const reachesPort = ports === "unknown" || ports.some(([first, last]) => first <= port && port <= last);
  if (!allowsInbound || isTcp === false || !reachesPort) return [];
  const where = place === undefined ? "" : ` in ${place}`;
  const wide = sources.find(isWide);
  const isCertain = isTcp !== "unknown" && ports !== "unknown";
  if (wide !== undefined && isCertain) return [{ message: `SSH is open to ${wide}${where}`, remedy }];
  if (wide !== undefined || hasUnknownSources)
    return [
      {
        message: `the plan does not know whether SSH is open to the internet${where}: ${unknowns(opening)} known only after the apply`,
        remedy: "Write values that are known when planning",
      },
    ];
  return [];
}

function unknowns({ isTcp, ports, hasUnknownSources }: Opening): string {
  const names = [
    ...(isTcp === "unknown" ? ["the protocol"] : []),
    ...(ports === "unknown" ? ["the ports"] : []),
    ...(hasUnknownSources ? ["the sources"] : []),
  ];
  return `${names.join(" and ")} ${names.length === 1 && isTcp === "unknown" ? "is" : "are"}`;
}

/** Does it hold a large part of the internet? */
function isWide(source: string): boolean {
  return /\/[0-7]$/.test(source) || words.includes(source.toLowerCase());
}
