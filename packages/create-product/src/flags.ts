import { parseArgs, type ParseArgsConfig } from "node:util";

/** A property of the generator's schema. */
export interface Property {
  readonly type: "string" | "boolean" | "array";
  readonly description: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly "x-prompt"?: string;
}

/** What flags and answers say, by the generator's property. */
export type Flags = Readonly<Record<string, unknown>>;

/** The command line, read. */
export interface CommandLine {
  readonly flags: Flags;
  readonly help: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly install: boolean;
  readonly git: boolean;
}

/** The generator's options, without the ones that the command itself answers. */
export function properties(): Readonly<Record<string, Property>> {
  const { properties: all } = require("@infra/product/new/schema.json") as { properties: Record<string, Property> };
  return Object.fromEntries(Object.entries(all).filter(([name]) => name !== "skipInstall"));
}

const own = {
  help: { type: "boolean", short: "h", description: "Prints this." },
  yes: { type: "boolean", short: "y", description: "Asks nothing." },
  "dry-run": { type: "boolean", description: "Writes nothing; says what it would write." },
  install: { type: "boolean", default: true, description: "Installs the packages; --no-install does not." },
  git: { type: "boolean", default: true, description: "Begins a git repository; --no-git does not." },
} as const;

/** Reads the command line. @throws Error for a flag that is not known */
export function parseFlags(args: readonly string[]): CommandLine {
  const known = Object.entries(properties());
  const options: ParseArgsConfig["options"] = {
    ...own,
    ...Object.fromEntries(
      known.map(([name, { type }]) => [kebab(name), { type: type === "boolean" ? type : "string" }]),
    ),
  };
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, allowNegative: true });
  const [name, surplus] = positionals;
  if (surplus !== undefined)
    throw new Error(`${JSON.stringify(surplus)} is one argument too many. Write the product's name alone`);
  const said = known.flatMap(([property, { type }]) => {
    const value = values[kebab(property)];
    if (value === undefined) return [];
    return [[property, type === "array" ? String(value).split(",") : value] as const];
  });
  return {
    flags: { ...Object.fromEntries(said), ...(name === undefined ? {} : { name }) },
    help: values["help"] === true,
    yes: values["yes"] === true,
    dryRun: values["dry-run"] === true,
    install: values["install"] !== false,
    git: values["git"] !== false,
  };
}

/** What --help prints. */
export function helpText(): string {
  const rows = [...Object.entries(properties()), ...Object.entries(own)].map(([name, property]) => {
    const words = "enum" in property && property.enum ? ` One of ${property.enum.join(", ")}.` : "";
    return `  --${kebab(name)}`.padEnd(20) + property.description + words;
  });
  return `npm create @infra/product <name> -- [options]\n\n${rows.join("\n")}\n`;
}

/** `packageManager` is `--package-manager`. */
function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
