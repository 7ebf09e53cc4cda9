import {
  type Architecture,
  type CloudFacts,
  chooseSize,
  factsOf,
  hasRegion,
  imageCalled,
  type ImageName,
  imageOf,
  imagesFor,
  needsOf,
  type RegionFacts,
  type ResolvedSize,
  satisfies,
  type SizeChoice,
  type SizeRequest,
  supportWarning,
  today,
} from "@infra/facts";
import { isDeepStrictEqual } from "node:util";
import type { Construct } from "./cdktf.js";
import { dayOf, type NativeImage } from "./choices.js";
import type { Zone } from "./contracts.js";
import { DeploymentStack } from "./deployment-stack.js";
import { infraError, suggest } from "@infra/inventory";

/** What is known of the deployment's region. @throws InfraError for one that the cloud does not have. */
export function checkRegion(scope: Construct): RegionFacts & { readonly name: string } {
  const stack = DeploymentStack.of(scope);
  const { provider, region } = stack.context.settings;
  const { regions } = factsOf(provider);
  if (hasRegion(regions, region)) return { ...regions.entries[region], name: region };
  const message = `${JSON.stringify(region)} is not a region of ${provider}`;
  throw stack.settingError("region", message, suggest(region, Object.keys(regions.entries)));
}

/** The cloud's letter for a zone of the deployment's region; a few regions of gcp have no zone a. */
export function zoneLetter(scope: Construct, zone: Zone): string {
  return checkRegion(scope).zones?.[zone] ?? zone;
}

/**
 * The kind of server for a request: what the last apply chose for the same request, else the first in the order that can be ordered. A
 * server that is deployed never changes its kind because a table changed.
 *
 * @throws InfraError when the cloud sells nothing that is large enough
 */
export function resolveSize(scope: Construct, request: SizeRequest, architecture: Architecture): ResolvedSize {
  const stack = DeploymentStack.of(scope);
  const { provider, region } = stack.context.settings;
  const facts = factsOf(provider);
  const found = chooseSize(facts, request, { region, architecture });
  const wanted = `${wishOf(request)} ${architecture} of ${provider} in ${region}`;
  const kept = stack.choices.keptFor("size", scope, wanted, (chosen) => mayStay(facts, request, chosen)) as
    ResolvedSize | undefined;
  const chosen = kept ?? found.size ?? refuseSize(provider, region, request, architecture, found);
  checkList(facts, request, architecture, chosen);
  const newer = kept && found.size && found.size.name !== kept.name ? found.size : undefined;
  stack.choices.add(scope, { what: "size", wanted, chosen, ...(newer ? { newer } : {}) });
  if (newer) adviseNewer(scope, "size", [chosen.name, newer.name], dayOf(facts, "size"));
  if (!kept && !found.orderable) adviseSoldOut(scope, chosen.name, region, dayOf(facts, "size"));
  return chosen;
}

/**
 * How the cloud names an image: as at the last apply for the same wish, else as its table says.
 *
 * @param wanted The image. @default - the one that the cloud's table names
 * @throws InfraError when the cloud does not offer it for the architecture
 */
export function resolveImage(scope: Construct, wanted: ImageName | undefined, architecture: Architecture): NativeImage {
  const stack = DeploymentStack.of(scope);
  const { provider } = stack.context.settings;
  const facts = factsOf(provider);
  const image = wanted ?? facts.images.default;
  const gone = stack.choices.looksBack && image ? facts.images.removed?.[image]?.[architecture] : undefined;
  const found = image === undefined ? undefined : (imageOf(facts, image, architecture) ?? gone);
  const wish = `${wanted ?? "default"} ${architecture} of ${provider}`;
  const kept = stack.choices.keptFor("image", scope, wish, (native) => imageMayStay(facts, wanted, native)) as
    NativeImage | undefined;
  const chosen = kept ?? found ?? refuseImage(provider, facts, image, architecture);
  const name = imageCalled(facts, chosen) ?? image;
  const newer = kept && found && !isDeepStrictEqual(kept, found) ? found : undefined;
  stack.choices.add(scope, { what: "image", wanted: wish, chosen, ...(newer ? { newer } : {}) });
  if (newer) adviseNewer(scope, "image", [name, image], dayOf(facts, "image"));
  if (name) adviseSupport(scope, name, facts);
  return chosen;
}

function wishOf(request: SizeRequest): string {
  if (typeof request === "string") return request;
  const needs = needsOf(request);
  return needs ? `${String(needs.cpus)} CPUs ${String(needs.memory)} GiB` : JSON.stringify(request);
}

/** Where no wish is on record, a kind stays that is as large as is wanted now, or that the table does not know. */
function mayStay({ sizes }: CloudFacts, request: SizeRequest, chosen: object): boolean {
  const { name } = chosen as ResolvedSize;
  const size = sizes.entries.find((each) => each.name === name);
  return size
    ? satisfies(size, request)
    : needsOf(request) !== undefined || satisfies({ name, cpus: 0, memory: 0 }, request);
}

/** Where no wish is on record, an image stays unless another one is wanted by name. */
function imageMayStay(facts: CloudFacts, wanted: ImageName | undefined, native: object): boolean {
  const name = imageCalled(facts, native as NativeImage);
  return wanted === undefined || name === undefined || name === wanted;
}

function refuseSize(
  provider: string,
  region: string,
  request: SizeRequest,
  architecture: Architecture,
  { largest }: SizeChoice,
): never {
  const { cpus, memory } = needsOf(request) ?? { cpus: 1, memory: 1 };
  throw infraError(
    `${provider} has no ${architecture} servers with ${String(cpus)} CPUs and ${String(memory)} GiB in ${region}`,
    largest
      ? `Ask for less, at most ${String(largest.cpus)} CPUs and ${String(largest.memory)} GiB, or name a kind of server in \`native\``
      : "Choose the other architecture, another region, or name a kind of server in `native`",
  );
}

/** A kind that is named must fit the architecture, and must not ask how large it is to be. */
function checkList(
  { sizes }: CloudFacts,
  request: SizeRequest,
  architecture: Architecture,
  chosen: ResolvedSize,
): void {
  if (needsOf(request)) return;
  const size = sizes.entries.find(({ name }) => name === chosen.name);
  if (size && size.architecture !== architecture)
    throw infraError(
      `${chosen.name} has ${size.architecture} processors, and ${architecture} is wanted`,
      `Write \`architecture: ${size.architecture}\`, or name other kinds of servers`,
    );
  if (size?.flexible)
    throw infraError(
      `${chosen.name} is flexible, and a list of kinds does not say how large it is to be`,
      "Write a size class or `{ cpus, memory }`, or name it in `native` with its cores and memory",
    );
}

function refuseImage(
  provider: string,
  facts: CloudFacts,
  image: ImageName | undefined,
  architecture: Architecture,
): never {
  const others = imagesFor(facts, architecture);
  const removed = image !== undefined && facts.images.removed?.[image]?.[architecture] !== undefined;
  const rule = removed
    ? `${provider} no longer offers the image ${image} for ${architecture}`
    : `${provider} offers no image${image === undefined ? "" : ` ${image}`} for ${architecture}`;
  const remedy = others.length > 0 ? `Use one of: ${others.join(", ")}` : "Choose another cloud or architecture";
  throw infraError(rule, remedy);
}

function adviseNewer(scope: Construct, what: "size" | "image", names: readonly [string?, string?], day: string): void {
  const [kept = "what is deployed", newer = "another"] = names;
  DeploymentStack.of(scope).choices.advise(
    scope,
    [what],
    `${kept} was applied and stays; the tables of ${day} would choose ${newer}`,
    "Plan the change with `--reselect`, or leave it",
  );
}

function adviseSoldOut(scope: Construct, name: string, region: string, day: string): void {
  DeploymentStack.of(scope).choices.advise(
    scope,
    ["size"],
    `no kind of server that is wanted here could be ordered in ${region} on ${day}; ${name} is planned, and the cloud may refuse it`,
    "Name kinds of servers in the order in which they are wanted, or choose another region",
  );
}

function adviseSupport(scope: Construct, image: ImageName, { images }: CloudFacts): void {
  const warning = supportWarning(image, today());
  if (warning === undefined) return;
  const remedy =
    images.default && images.default !== image ? `Move to ${images.default} or another image` : "Move to another image";
  DeploymentStack.of(scope).choices.advise(scope, ["image"], warning, remedy);
}
