import { z } from "zod";
import type { LiveFacts } from "../compare.js";
import { ask } from "./command.js";

const regions = z.array(z.object({ name: z.string() }));

const types = z.array(
  z.object({
    name: z.string(),
    guestCpus: z.number(),
    memoryMb: z.number(),
    architecture: z.string().optional(),
  }),
);

/** Reads through the command `gcloud`. A type stands in the list once per zone. */
export async function gcp(): Promise<LiveFacts> {
  const places = await ask(["gcloud", "compute", "regions", "list", "--format=json"], regions);
  const kinds = await ask(["gcloud", "compute", "machine-types", "list", "--format=json"], types);
  return {
    regions: Object.fromEntries(places.map(({ name }) => [name, {}])),
    sizes: kinds.map(({ name, guestCpus, memoryMb, architecture }) => ({
      name,
      cpus: guestCpus,
      memory: memoryMb / 1024,
      architecture: architecture === "ARM64" ? "arm64" : "amd64",
    })),
  };
}
