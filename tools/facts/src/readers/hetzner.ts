import { setting } from "@infra/inventory";
import { z } from "zod";
import type { LiveFacts } from "../compare.js";
import { type Api, getPages } from "./http.js";
import { soldIn } from "./sold-in.js";

/** What every list says of its pages. */
const meta = z.object({ pagination: z.object({ next_page: z.int().nullable() }) }).optional();

const locations = z.object({ meta, locations: z.array(z.object({ name: z.string(), network_zone: z.string() })) });

const serverTypes = z.object({
  meta,
  server_types: z.array(
    z.object({
      name: z.string(),
      cores: z.number(),
      memory: z.number(),
      architecture: z.enum(["x86", "arm"]),
      locations: z.array(
        z.object({
          name: z.string(),
          available: z.boolean().default(true),
          deprecation: z.object({ unavailable_after: z.iso.datetime({ offset: true }) }).nullish(),
        }),
      ),
    }),
  ),
});

const images = z.object({
  meta,
  images: z.array(z.object({ name: z.string().nullable(), architecture: z.enum(["x86", "arm"]) })),
});

const architectures = { x86: "amd64", arm: "arm64" } as const;

/** Reads from Hetzner's API, with `HCLOUD_TOKEN`. */
export async function hetzner(): Promise<LiveFacts> {
  const url = setting(process.env, "HCLOUD_ENDPOINT") ?? "https://api.hetzner.cloud/v1";
  const api: Api = { url, tokenVariable: "HCLOUD_TOKEN" };
  const next = (page: { meta?: z.output<typeof meta> }) => page.meta?.pagination.next_page ?? undefined;
  const [places, types, offered] = await Promise.all([
    getPages(api, "/locations?per_page=50", locations, next),
    getPages(api, "/server_types?per_page=50", serverTypes, next),
    getPages(api, "/images?type=system&per_page=50", images, next),
  ]);
  const found = places.flatMap((page) => page.locations);
  const names = found.map(({ name }) => name);
  return {
    regions: Object.fromEntries(found.map(({ name, network_zone }) => [name, { networkZone: network_zone }])),
    sizes: types
      .flatMap((page) => page.server_types)
      .map(({ name, cores, memory, architecture, locations: sold }) => {
        const facts = { name, cpus: cores, memory, architecture: architectures[architecture] };
        const open = sold.filter(isOrderable);
        return { ...facts, ...soldIn(names, namesOf(sold), namesOf(open)) };
      }),
    saysRegions: true,
    images: offered
      .flatMap((page) => page.images)
      .flatMap(({ name, architecture }) =>
        name === null ? [] : [{ name, architecture: architectures[architecture] }],
      ),
  };
}

type Location = z.output<typeof serverTypes>["server_types"][number]["locations"][number];

function namesOf(locations: readonly Location[]): string[] {
  return locations.map(({ name }) => name);
}

/** Can a kind be ordered in a location today: is there stock, and is it not withdrawn? */
function isOrderable({ available, deprecation }: Location): boolean {
  return available && !(deprecation && Date.parse(deprecation.unavailable_after) <= Date.now());
}
