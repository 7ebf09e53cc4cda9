import { z } from "zod";
import { imageNames } from "./images.js";

const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "is not a day, YYYY-MM-DD");
const origin = { source: z.string().min(1), date, verified: z.boolean(), note: z.string().optional() };
const architecture = z.enum(["amd64", "arm64"]);

const size = z.strictObject({
  name: z.string().min(1),
  cpus: z.number().positive(),
  memory: z.number().positive(),
  architecture,
  regions: z.array(z.string()).min(1).optional(),
  except: z.array(z.string()).min(1).optional(),
  orderable: z.array(z.string()).optional(),
  flexible: z.strictObject({ cpusPerUnit: z.number().positive(), memoryPerUnit: z.number().positive() }).optional(),
  disk: z.string().optional(),
});

const region = z.strictObject({
  networkZone: z.string().optional(),
  objectStorage: z.literal(false).optional(),
  servers: z.literal(false).optional(),
  realm: z.string().optional(),
  zones: z.record(z.enum(["a", "b", "c"]), z.string()).optional(),
  note: z.string().optional(),
});

const image = z.partialRecord(architecture, z.record(z.string(), z.string().min(1)));
const images = z.partialRecord(z.enum(imageNames), image);

/** What a file of `facts/` holds about a cloud. */
export const factsSchema = z.strictObject({
  regions: z.strictObject({ ...origin, pattern: z.string().optional(), entries: z.record(z.string(), region) }),
  sizes: z.strictObject({ ...origin, entries: z.array(size) }),
  images: z.strictObject({
    ...origin,
    default: z.enum(imageNames).optional(),
    removed: images.optional(),
    entries: images,
  }),
});

/** The tables of a cloud, as they are written. */
export type Facts = z.output<typeof factsSchema>;

/** A kind of server in a table. */
export type Size = Facts["sizes"]["entries"][number];
