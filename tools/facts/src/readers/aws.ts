import { z } from "zod";
import type { LiveFacts } from "../compare.js";
import { ask } from "./command.js";

const regions = z.object({ Regions: z.array(z.object({ RegionName: z.string() })) });

const types = z.object({
  InstanceTypes: z.array(
    z.object({
      InstanceType: z.string(),
      VCpuInfo: z.object({ DefaultVCpus: z.number() }),
      MemoryInfo: z.object({ SizeInMiB: z.number() }),
      ProcessorInfo: z.object({ SupportedArchitectures: z.array(z.string()) }),
    }),
  ),
});

/** Reads through the command `aws`. Types are those of its own region. */
export async function aws(): Promise<LiveFacts> {
  const { Regions } = await ask(["aws", "ec2", "describe-regions", "--all-regions", "--output", "json"], regions);
  const { InstanceTypes } = await ask(["aws", "ec2", "describe-instance-types", "--output", "json"], types);
  return {
    regions: Object.fromEntries(Regions.map(({ RegionName }) => [RegionName, {}])),
    sizes: InstanceTypes.map(({ InstanceType, VCpuInfo, MemoryInfo, ProcessorInfo }) => ({
      name: InstanceType,
      cpus: VCpuInfo.DefaultVCpus,
      memory: MemoryInfo.SizeInMiB / 1024,
      architecture: ProcessorInfo.SupportedArchitectures.includes("arm64") ? "arm64" : "amd64",
    })),
  };
}
