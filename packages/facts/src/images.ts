import { isDeepStrictEqual } from "node:util";
import { daysBetween } from "./age.js";
import type { Architecture, CloudFacts, FactTable, ImageFacts } from "./facts.js";

/** All words for images. */
export const imageNames = [
  "debian-12",
  "debian-13",
  "rocky-9",
  "rocky-10",
  "ubuntu-22.04",
  "ubuntu-24.04",
  "ubuntu-26.04",
] as const;

/** The word for an image. */
export type ImageName = (typeof imageNames)[number];

/** Days before the end of an image's support from which on plans warn. */
export const supportWarningDays = 180;

/** How the cloud names an image. @returns undefined when the cloud does not offer it for the architecture */
export function imageOf(
  { images }: CloudFacts,
  image: ImageName,
  architecture: Architecture,
): Readonly<Record<string, string>> | undefined {
  return images.entries[image]?.[architecture];
}

/** The images that a cloud offers for an architecture. */
export function imagesFor({ images }: CloudFacts, architecture: Architecture): ImageName[] {
  return imageNames.filter((each) => images.entries[each]?.[architecture]);
}

/** The word for what a cloud calls an image, also for one that it no longer offers. @returns undefined for an unknown one */
export function imageCalled({ images }: CloudFacts, native: Readonly<Record<string, string>>): ImageName | undefined {
  const calls = (facts: ImageFacts | undefined) =>
    Object.values(facts ?? {}).some((each) => isDeepStrictEqual(each, native));
  return imageNames.find((each) => calls(images.entries[each]) || calls(images.removed?.[each]));
}

/** When the makers of an image end its security support, day by image; without support by volunteers or for money. */
export function imageSupport(): FactTable<Readonly<Record<ImageName, string>>> {
  return require("../facts/support.json") as FactTable<Readonly<Record<ImageName, string>>>;
}

/**
 * What a plan says of an image whose support ends soon, or has ended.
 *
 * @param today `YYYY-MM-DD`
 * @returns undefined while more than 180 days of support are left
 */
export function supportWarning(image: ImageName, today: string): string | undefined {
  const end = imageSupport().entries[image];
  const left = daysBetween(today, end);
  if (left > supportWarningDays) return undefined;
  return left < 0 ? `the support of ${image} ended on ${end}` : `the support of ${image} ends on ${end}`;
}
