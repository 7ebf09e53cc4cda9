import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** The folder of the collection. */
export const collection = join(__dirname, "../../../ansible");

/** The folder of the scenarios in it. */
export const scenarios = join(collection, "extensions/molecule");

/** One variable of a role, as its argument specification describes it. */
export interface Option {
  readonly description?: string | readonly string[];
  readonly type?: string;
  readonly elements?: string;
  readonly required?: boolean;
  readonly default?: unknown;
  readonly choices?: readonly unknown[];
}

/** An entry point of a role. */
export interface EntryPoint {
  readonly short_description: string;
  readonly options?: Readonly<Record<string, Option>>;
}

/** A role of the collection. */
export interface Role {
  readonly name: string;
  readonly folder: string;
  /** Its entry points, by the file in `tasks`. */
  readonly entryPoints: Readonly<Record<string, EntryPoint>>;
  /** The folder of its scenario. @default - it has none */
  readonly scenario?: string;
}

/** All roles by name; the one that the others share begins with an underscore and comes first. */
export function roles(): readonly Role[] {
  const folder = join(collection, "roles");
  return readdirSync(folder)
    .sort()
    .map((name) => roleIn(join(folder, name), name));
}

function roleIn(folder: string, name: string): Role {
  const specification = readYaml(join(folder, "meta/argument_specs.yml")) as {
    argument_specs: Record<string, EntryPoint>;
  };
  const scenario = join(scenarios, name);
  return {
    name,
    folder,
    entryPoints: specification.argument_specs,
    ...(existsSync(join(scenario, "molecule.yml")) && { scenario }),
  };
}

/** What a YAML file holds; merge keys are resolved as Ansible does. */
export function readYaml(file: string): unknown {
  return parse(readFileSync(file, "utf8"), { merge: true }) as unknown;
}
