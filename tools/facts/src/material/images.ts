import { type Architecture, type CloudFacts, type ImageName, imageNames } from "@infra/facts";
import type { FactRow } from "./rows.js";
import { agrees, type Judgement, wrong } from "./verdict.js";

/** Keys of an image's name that say which one it is; the others say whose it is. */
const tellingKeys = ["name", "offer", "sku", "image", "operatingSystemVersion"];

/** Found values of images: the cloud's words for it in any order and with anything between them, or `removed`. */
export function judgeImage({ images }: CloudFacts, { entry, found_value: found }: FactRow): Judgement {
  const [word, architecture] = entry.split(" ");
  const image = imageNames.find((each) => each === word);
  const named = image && namesOf(images, image, architecture as Architecture | undefined);
  if (found === "removed") return named?.length ? wrong("still offered, where it was removed") : agrees;
  if (!named?.length) return { verdict: "missing", why: found };
  const words = found.split(/[\s,]+/).map(lastSegment);
  return named.some((native) => isNamed(native, words)) ? agrees : wrong(`${JSON.stringify(named)}, not ${found}`);
}

function namesOf(images: CloudFacts["images"], image: ImageName, architecture: Architecture | undefined) {
  return Object.entries(images.entries[image] ?? {}).flatMap(([key, native]) =>
    architecture === undefined || key === architecture ? [native] : [],
  );
}

function isNamed(native: Readonly<Record<string, string>>, words: readonly string[]): boolean {
  const owners = words.filter((word) => /^\d{12}$/.test(word));
  const { owner } = native;
  if (owner !== undefined && owners.length > 0 && !owners.includes(owner)) return false;
  return tellingKeys.every((key) => {
    const value = native[key];
    return value === undefined || words.some((word) => fits(lastSegment(value).toLowerCase(), word.toLowerCase()));
  });
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Does a word fit a name in which `*` stands for anything? A family of images fits each of its images: `debian-13-v2026`. */
function fits(pattern: string, word: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return word === first || word.startsWith(`${first}-`);
  if (!word.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = word.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return word.endsWith(rest.at(-1) ?? "");
}
