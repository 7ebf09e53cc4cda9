import { factsOf } from "@infra/core";
import {
  describeProvider,
  InfraError,
  type Problem,
  productSchema,
  type ProviderName,
  providerNames,
  stackPackage,
  suggest,
} from "@infra/inventory";
import type { z } from "zod";

/** Where a product or an environment runs, as flags say it. */
export interface Location {
  readonly provider: ProviderName;
  /** The cloud's own word. */
  readonly region: string;
  readonly account?: string | undefined;
}

/** What flags can say of a location: anything. */
export type LocationFlags = Readonly<Partial<Record<keyof Location, string>>>;

/** What a cloud offers, and needs, to say where to run. */
export interface Cloud {
  /** Regions that are known, in the cloud's own words; the first is the default. */
  readonly regions: readonly string[];
  /** What `account` means. @default - the credentials name the account */
  readonly account?: { readonly meaning: string; readonly required?: true };
}

/** What there is to choose on a cloud. */
export function cloudOf(provider: ProviderName): Cloud {
  const { account } = describeProvider(provider);
  return { regions: Object.keys(factsOf(provider).regions.entries), ...(account ? { account } : {}) };
}

/** Collects what is wrong with flags, so that all of it is reported at once. */
export class Choices {
  private readonly problems: Problem[] = [];

  /** @throws InfraError with everything that was wrong */
  done(): void {
    if (this.problems.length > 0) throw new InfraError(this.problems);
  }

  /** One of several words. */
  word<W extends string>(flag: string, value: string, words: readonly W[]): W {
    if (!(words as readonly string[]).includes(value))
      this.problem(flag, `${JSON.stringify(value)} is not known`, suggest(value, words));
    return value as W;
  }

  /** A name, as the inventory has them. */
  name(flag: string, value: string): string {
    return this.schema(flag, productSchema.shape.product, value);
  }

  /** Several names, at least one, each once. */
  names(flag: string, values: readonly string[]): string[] {
    const trimmed = [...new Set(values.map((value) => value.trim()).filter((value) => value !== ""))];
    if (trimmed.length === 0) this.problem(flag, "the list is empty", "Name at least one");
    return trimmed.map((value) => this.name(flag, value));
  }

  /** Stacks: words, packages or folders. */
  stacks(flag: string, values: readonly string[]): string[] {
    const trimmed = [...new Set(values.map((value) => value.trim()).filter((value) => value !== ""))];
    return trimmed.map((value) => (stackPackage(value) === value ? value : this.name(flag, value)));
  }

  /** A domain; an empty text is none. */
  domain(flag: string, value: string | undefined): string | undefined {
    return value === undefined || value === ""
      ? undefined
      : this.schema(flag, productSchema.shape.domain.unwrap(), value);
  }

  /** Where to run. @param inherited What holds where a flag says nothing */
  location({ provider: cloud, region, account }: LocationFlags, inherited?: Location): Location {
    const provider = this.word("provider", cloud ?? inherited?.provider ?? "hetzner", providerNames);
    if (!providerNames.includes(provider)) return { provider, region: region ?? "" };
    const same = provider === inherited?.provider ? inherited : undefined;
    return {
      provider,
      region: this.region(provider, region || same?.region),
      account: this.account(provider, account || same?.account),
    };
  }

  private region(provider: ProviderName, wanted: string | undefined): string {
    const { entries, pattern } = factsOf(provider).regions;
    const [first = ""] = cloudOf(provider).regions;
    const region = wanted ?? first;
    if (entries[region] === undefined && !(pattern !== undefined && new RegExp(pattern).test(region)))
      this.problem(
        "region",
        `${JSON.stringify(region)} is not a region of ${provider}`,
        suggest(region, Object.keys(entries)),
      );
    return region;
  }

  private account(provider: ProviderName, account: string | undefined): string | undefined {
    const { account: known } = cloudOf(provider);
    if (account !== undefined && !known)
      this.problem("account", `the credentials of ${provider} name the account`, "Leave --account out");
    if (account === undefined && known?.required)
      this.problem("account", `${provider} needs ${known.meaning}`, `Say it: --account <${known.meaning}>`);
    return account;
  }

  private schema<S extends z.ZodType>(flag: string, schema: S, value: string): string {
    const { error } = schema.safeParse(value);
    for (const issue of error?.issues ?? []) {
      const remedy: unknown = issue.code === "custom" ? issue.params?.["remedy"] : undefined;
      this.problem(flag, issue.message, typeof remedy === "string" ? remedy : "Correct it");
    }
    return value;
  }

  private problem(flag: string, message: string, remedy: string): void {
    this.problems.push({ message, remedy, path: `--${flag}` });
  }
}
