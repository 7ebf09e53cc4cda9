import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { collection, type EntryPoint, type Option, type Role, roles } from "./collection.js";
import { trapTable } from "./traps.js";

/** A README with generated parts: what it holds, and what it should hold. */
export interface Generated {
  readonly path: string;
  readonly actual: string;
  readonly expected: string;
}

/** The READMEs of the collection and of its roles. */
export async function generated(): Promise<readonly Generated[]> {
  const ofRoles = roles().map((role) => filled(join(role.folder, "README.md"), { variables: variablesOf(role) }));
  const own = filled(join(collection, "README.md"), { roles: rolesTable(), traps: trapTable() });
  return Promise.all([own, ...ofRoles]);
}

async function filled(path: string, sections: Readonly<Record<string, string>>): Promise<Generated> {
  const actual = readFileSync(path, "utf8");
  let text = actual;
  for (const [name, content] of Object.entries(sections)) {
    const [begin, end] = [`<!-- begin:${name} -->`, `<!-- end:${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`${path} has no markers ${begin} and ${end}.`);
    text = `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
  }
  return { path, actual, expected: await format(text, { parser: "markdown", printWidth: 120 }) };
}

function rolesTable(): string {
  const rows = roles()
    .filter(({ name }) => !name.startsWith("_"))
    .map(
      ({ name, entryPoints }) =>
        `| [${name}](roles/${name}/README.md) | ${entryPoints["main"]?.short_description ?? ""} |`,
    );
  return ["| role | configures |", "| --- | --- |", ...rows].join("\n");
}

/** One table for each entry point; one whose variables are those of another has no table of its own. */
function variablesOf({ entryPoints, name }: Role): string {
  const own = name.startsWith("_") ? Object.entries(entryPoints) : Object.entries(entryPoints).slice(0, 1);
  return own
    .map(
      ([entry, point]) =>
        (name.startsWith("_") ? `## ${entry}\n\n${point.short_description}.\n\n` : "") + tableOf(point),
    )
    .join("\n\n");
}

function tableOf({ options = {} }: EntryPoint): string {
  const rows = Object.entries(options).map(
    ([name, option]) => `| \`${name}\` | ${typeOf(option)} | ${defaultOf(option)} | ${descriptionOf(option)} |`,
  );
  return rows.length === 0
    ? "No variables."
    : ["| variable | type | default | what it is |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function typeOf({ type = "str", elements, choices }: Option): string {
  if (choices) return choices.map((choice) => `\`${String(choice)}\``).join(", ");
  return elements ? `${type} of ${elements}` : type;
}

function defaultOf({ required, default: value }: Option): string {
  if (required) return "required";
  return value === undefined ? "" : `\`${typeof value === "string" && value !== "" ? value : JSON.stringify(value)}\``;
}

/** Ansible's markup for constants becomes code. */
function descriptionOf({ description = "" }: Option): string {
  const text = typeof description === "string" ? description : description.join(" ");
  return text
    .replace(/C\(([^)]*)\)/g, "`$1`")
    .replaceAll("|", "\\|")
    .replaceAll("<", "&lt;")
    .replace(/\s+/g, " ")
    .trim();
}
