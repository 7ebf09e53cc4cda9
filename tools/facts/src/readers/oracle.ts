import { z } from "zod";
import type { LiveFacts } from "../compare.js";
import { ask } from "./command.js";

const regions = z.object({ data: z.array(z.object({ name: z.string() })) });

/** Reads through the command `oci`. The kinds of servers in the table are flexible, and are not compared. */
export async function oracle(): Promise<LiveFacts> {
  const { data } = await ask(["oci", "iam", "region", "list", "--output", "json"], regions);
  return { regions: Object.fromEntries(data.map(({ name }) => [name, {}])), sizes: [] };
}
