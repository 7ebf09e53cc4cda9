import type { CloudFacts, ResolvedSize } from "@infra/facts";
import type { IConstruct } from "constructs";
import { TerraformStack } from "./cdktf.js";
import type { Path } from "@infra/inventory";
import { originOf } from "./origin.js";

/** The cloud's name of an image. */
export type NativeImage = Readonly<Record<string, string>>;

/** What tables of facts were read for, as it is recorded with the state of the deployment. */
export interface Choice {
  readonly what: "size" | "image";
  /** Path of the construct that it was chosen for, from the deployment on: `compute/web`. */
  readonly at: string;
  /** What was wanted, where and of which cloud, as a text: equal texts want the same. @default - not on record */
  readonly wanted?: string;
  readonly chosen: ResolvedSize | NativeImage;
}

/** A choice of this synthesis. */
export interface MadeChoice extends Choice {
  readonly wanted: string;
  /** Where the configuration asks for it: `["groups", "web"]`. */
  readonly origin: Path;
  /** What the tables would choose now, where what is recorded was kept instead. @default - the same, or nothing */
  readonly newer?: ResolvedSize | NativeImage;
  /** Addresses of the resources and data sources that may say it. */
  readonly addresses: readonly string[];
}

/** Things that the user should know of a deployment's configuration and that are not wrong. */
export interface Advice {
  /** What it is about, as a sentence without its end. */
  readonly message: string;
  /** What can be done. */
  readonly remedy: string;
  /** Where in the configuration: `["groups", "web", "image"]`. */
  readonly path: Path;
}

/** The choices of one synthesis, and those of the last apply. */
export class Choices {
  private readonly made = new Map<string, Omit<MadeChoice, "addresses"> & { readonly scope: IConstruct }>();
  private readonly said = new Map<string, Advice>();
  private readonly recorded: ReadonlyMap<string, Choice>;

  /**
   * @param recorded What the last apply chose. @default - nothing: the tables choose all
   * @param looksBack Are images found that clouds no longer offer? Only to see what an earlier apply may have chosen.
   */
  constructor(
    recorded: readonly Choice[] = [],
    readonly looksBack = false,
  ) {
    this.recorded = new Map(recorded.map((choice) => [keyOf(choice), choice]));
  }

  /** What was chosen at the last apply for the same wish. @param fits Decides where the wish is not on record. */
  keptFor(
    what: Choice["what"],
    scope: IConstruct,
    wanted: string,
    fits: (chosen: Choice["chosen"]) => boolean,
  ): Choice["chosen"] | undefined {
    const found = this.recorded.get(keyOf({ what, at: pathOf(scope) }));
    if (!found) return undefined;
    const same = found.wanted === undefined ? fits(found.chosen) : found.wanted === wanted;
    return same ? found.chosen : undefined;
  }

  /** Notes what was chosen. */
  add(scope: IConstruct, choice: Pick<MadeChoice, "what" | "wanted" | "chosen" | "newer">): void {
    const made = { ...choice, at: pathOf(scope), origin: originOf(scope), scope };
    this.made.set(keyOf(made), made);
  }

  /** Notes what the user should know; the same is said once. */
  advise(scope: IConstruct, path: Path, message: string, remedy: string): void {
    const full = [...originOf(scope), ...path];
    this.said.set(JSON.stringify([message, full]), { message, remedy, path: full });
  }

  /** All choices, with the addresses of what was built around them. */
  all(): MadeChoice[] {
    return [...this.made.values()].map(({ scope, ...choice }) => ({ ...choice, addresses: addressesIn(scope) }));
  }

  /** All that the user should know. */
  get advice(): Advice[] {
    return [...this.said.values()];
  }
}

/** The day of the oldest table that choices are made from. */
export function dayOf({ sizes, images }: CloudFacts, what: Choice["what"]): string {
  return (what === "size" ? sizes : images).date;
}

function keyOf({ what, at }: Pick<Choice, "what" | "at">): string {
  return `${what} ${at}`;
}

/** The path of a construct inside its deployment. */
function pathOf(construct: IConstruct): string {
  const { scopes } = construct.node;
  return scopes
    .slice(scopes.indexOf(TerraformStack.of(construct)) + 1)
    .map((each) => each.node.id)
    .join("/");
}

function addressesIn(scope: IConstruct): string[] {
  return scope.node.findAll().flatMap((construct) => {
    const { terraformResourceType: type, friendlyUniqueId: name } = construct as unknown as Record<string, unknown>;
    return typeof type === "string" && typeof name === "string" ? [`${type}.${name}`] : [];
  });
}
