import { z } from "zod";
import type { Figure } from "./figure.js";
import { makeFleet } from "./fleet.js";
import { observe, type Observed } from "./process.js";
import type { Group } from "./report.js";

const found = z.object({ products: z.number(), deployments: z.number() });

/** What a release of one module would do to a fleet of products; and whether memory depends on their number. */
export const impact: Group = async ({ quick, log }) => {
  const [few, many] = quick ? [10, 50] : [100, 1_000];
  log(`impact: ${String(few)} products`);
  const small = await impactOn(few);
  log(`impact: ${String(many)} products`);
  const large = await impactOn(many);
  const figures: Figure[] = [
    {
      what: `${many.toLocaleString("en")} products, ${(3 * many).toLocaleString("en")} deployments`,
      value: large.seconds,
      unit: "s",
      ...(quick ? {} : { aim: { of: "value", most: 600 } }),
    },
    {
      what: `largest process, ${many.toLocaleString("en")} products`,
      value: peakOf(large),
      unit: "MB",
      against: { what: `${String(few)} products`, value: peakOf(small) },
      aim: { of: "value", most: 1_024 },
    },
  ];
  return {
    title: "impact of one release on a fleet",
    figures,
    note: ["  one set of pins, packages installed before; once, on as many processors as there are"],
  };
};

async function impactOn(count: number): Promise<Observed> {
  const fleet = makeFleet(count);
  try {
    const observed = await observe({
      arguments: [require.resolve("./impact-child.js"), fleet.products, fleet.before, fleet.after],
      folder: fleet.products,
      env: process.env,
    });
    const { products, deployments } = found.parse(JSON.parse(observed.stdout));
    if (products === count && deployments === 2 * count) return observed;
    throw new Error(
      `of ${String(count)} products, ${String(products)} were told of, with ${String(deployments)} changed deployments`,
    );
  } finally {
    fleet.remove();
  }
}

function peakOf({ processes }: Observed): number {
  return Math.max(...processes.map(({ peakMemory }) => peakMemory));
}
