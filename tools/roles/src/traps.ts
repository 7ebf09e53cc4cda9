import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { collection, readYaml, roles, scenarios } from "./collection.js";

/** A place that covers a trap: a task that verifies, a case that is refused, or a task that refuses. */
interface Cover {
  readonly trap: string;
  readonly text: string;
}

const MARK = /\(traps? ([\d, ]+)\)/;

/** The traps by number, from `traps.yml`, each with the tests and refusals that name it; those without one are open. */
export function trapTable(): string {
  const traps = readYaml(join(collection, "traps.yml")) as Record<string, string>;
  const covers = [...roles().flatMap(({ name }) => coversOf(name))];
  const unknown = covers.find(({ trap }) => traps[trap] === undefined);
  if (unknown) throw new Error(`${unknown.text}: trap ${unknown.trap} is not in traps.yml.`);
  const rows = Object.entries(traps).map(([number, what]) => {
    const texts = covers.filter(({ trap }) => trap === number).map(({ text }) => text);
    return `| ${number} | ${what} | ${texts.length > 0 ? texts.join("<br>") : "open"} |`;
  });
  return ["| | trap | what covers it |", "| --- | --- | --- |", ...rows].join("\n");
}

function coversOf(role: string): readonly Cover[] {
  const scenario = join(scenarios, role);
  const files = [...yamlIn(scenario), ...yamlIn(join(collection, "roles", role, "tasks"))];
  return files.flatMap((file) =>
    namesIn(file).flatMap((name) => {
      const numbers = MARK.exec(name)?.[1]?.split(",") ?? [];
      const text = `${role}: ${name.replace(MARK, "").trim()}`;
      return numbers.map((number) => ({ trap: number.trim(), text: text.replaceAll("|", "\\|") }));
    }),
  );
}

function yamlIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yml"))
    .sort()
    .map((name) => join(folder, name));
}

/** The names of tasks, and what the cases of bad input refuse. */
function namesIn(file: string): readonly string[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => /^\s*- (?:name|refuses): (.*)$/.exec(line)?.[1]?.replace(/^["']|["']$/g, "") ?? []);
}
