import { z } from "zod";
import type { LiveFacts } from "../compare.js";
import { ask } from "./command.js";

const locations = z.array(z.object({ name: z.string(), metadata: z.object({ regionType: z.string().nullish() }) }));

const skus = z.array(
  z.object({ name: z.string(), capabilities: z.array(z.object({ name: z.string(), value: z.string() })) }),
);

/** Reads through the command `az`. Regions without physical data centres are left out. */
export async function azure(): Promise<LiveFacts> {
  const places = await ask(["az", "account", "list-locations", "--output", "json"], locations);
  const kinds = await ask(["az", "vm", "list-skus", "--resource-type", "virtualMachines", "--output", "json"], skus);
  return {
    regions: Object.fromEntries(
      places.filter(({ metadata }) => metadata.regionType === "Physical").map(({ name }) => [name, {}]),
    ),
    sizes: kinds.map(({ name, capabilities }) => {
      const said = Object.fromEntries(capabilities.map((each) => [each.name, each.value]));
      return {
        name,
        cpus: Number(said["vCPUs"]),
        memory: Number(said["MemoryGB"]),
        architecture: said["CpuArchitectureType"] === "Arm64" ? "arm64" : "amd64",
      };
    }),
  };
}
