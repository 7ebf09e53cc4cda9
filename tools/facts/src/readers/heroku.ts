import { setting } from "@infra/inventory";
import { z } from "zod";
import type { LiveFacts } from "../compare.js";
import { type Api, get } from "./http.js";

const regions = z.array(z.object({ name: z.string(), private_capable: z.boolean() }));
const sizes = z.array(z.object({ name: z.string(), memory: z.number(), private_space_only: z.boolean() }));

/** Virtual CPUs, which the API does not say: it has shares of compute instead. */
const cpus: Readonly<Record<string, number>> = {
  "private-s": 1,
  "private-m": 2,
  "private-l": 8,
  "private-l-ram": 4,
  "private-xl": 8,
  "private-2xl": 16,
};

/** Reads from Heroku's platform API, with `HEROKU_API_KEY`: what private spaces have. */
export async function heroku(): Promise<LiveFacts> {
  const url = setting(process.env, "HEROKU_API_URL") ?? "https://api.heroku.com";
  const headers = { accept: "application/vnd.heroku+json; version=3" };
  const api: Api = { url, tokenVariable: "HEROKU_API_KEY", headers };
  const [places, kinds] = await Promise.all([get(api, "/regions", regions), get(api, "/dyno-sizes", sizes)]);
  return {
    regions: Object.fromEntries(places.filter((region) => region.private_capable).map(({ name }) => [name, {}])),
    sizes: kinds
      .filter((kind) => kind.private_space_only)
      .map(({ name, memory }) => {
        const word = name.toLowerCase();
        return { name: word, cpus: cpus[word] ?? 1, memory, architecture: "amd64" };
      }),
  };
}
