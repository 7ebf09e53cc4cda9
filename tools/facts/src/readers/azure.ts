import { z } from "zod";
import type { LiveFacts, LiveSize } from "../compare.js";
import { ask } from "./command.js";
import { byName, soldIn } from "./sold-in.js";

const locations = z.array(z.object({ name: z.string(), metadata: z.object({ regionType: z.string().nullish() }) }));

const skus = z.array(
  z.object({
    name: z.string(),
    locations: z.array(z.string()),
    restrictions: z.array(z.object({ type: z.string() })).default([]),
    capabilities: z.array(z.object({ name: z.string(), value: z.string() })),
  }),
);

type Sku = z.output<typeof skus>[number];

/**
 * Reads through the command `az`. Regions without physical data centres are left out. A kind stands in the list once per location; where
 * the location itself is restricted, it cannot be ordered there.
 */
export async function azure(): Promise<LiveFacts> {
  const places = await ask(["az", "account", "list-locations", "--output", "json"], locations);
  const kinds = await ask(
    ["az", "vm", "list-skus", "--all", "--resource-type", "virtualMachines", "--output", "json"],
    skus,
  );
  const names = places.filter(({ metadata }) => metadata.regionType === "Physical").map(({ name }) => name);
  return {
    regions: Object.fromEntries(names.map((name) => [name, {}])),
    sizes: [...byName(kinds).values()].flatMap((rows) => sizeOf(rows, names)),
    saysRegions: true,
  };
}

function sizeOf(rows: readonly Sku[], all: readonly string[]): LiveSize[] {
  const [first] = rows;
  if (!first) return [];
  const said = new Map(first.capabilities.map((each) => [each.name, each.value]));
  const placesOf = (some: readonly Sku[]) => some.flatMap((row) => row.locations.map((place) => place.toLowerCase()));
  const open = rows.filter(({ restrictions }) => !restrictions.some(({ type }) => type === "Location"));
  return [
    {
      name: first.name,
      cpus: Number(said.get("vCPUs")),
      memory: Number(said.get("MemoryGB")),
      architecture: said.get("CpuArchitectureType") === "Arm64" ? "arm64" : "amd64",
      ...soldIn(all, placesOf(rows), placesOf(open)),
    },
  ];
}
