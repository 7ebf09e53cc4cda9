import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A published package of the workspace. */
export interface Package {
  /** Without the scope: `cloud-network`. */
  readonly name: string;
  /** Folder, relative to the repository: `packages/cloud/network`. */
  readonly folder: string;
  readonly description: string;
  /** Names of the published packages that it imports at run time, without the scope. */
  readonly imports: readonly string[];
}

/** The wings of the workspace, by the folders of their packages; the first that fits counts. */
const wings = {
  "What everybody knows": /^packages\/(?:inventory|facts|core)$/,
  "What a product deploys": /^packages\/(?:providers|cloud|base|services|apps|stacks)\//,
  "What runs it": /^(?:packages|generators)/,
} as const;

/** Packages of the same layer that the picture shows as one. */
const layers = [
  { name: "provider-*", label: "bindings", folder: /^packages\/providers\// },
  {
    name: "modules",
    label: "modules: cloud-*, base-*, services-*, apps-*",
    folder: /^packages\/(?:cloud|base|services|apps)\//,
  },
  { name: "stack-*", label: "stacks: stack-*", folder: /^packages\/stacks\// },
] as const;

interface Manifest {
  readonly name: string;
  readonly description?: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** All published packages of a repository, sorted by name. */
export function packagesIn(repository: string): readonly Package[] {
  const listed = execFileSync("git", ["ls-files", "packages/**/package.json", "generators/package.json"], {
    cwd: repository,
    encoding: "utf8",
  });
  const manifests = listed
    .split("\n")
    .filter((file) => file !== "" && !file.includes("/test/"))
    .map((file) => ({
      folder: dirname(file),
      manifest: JSON.parse(readFileSync(join(repository, file), "utf8")) as Manifest,
    }))
    .filter(({ manifest }) => manifest.private !== true);
  const published = new Set(manifests.map(({ manifest }) => manifest.name));
  return manifests
    .map(({ folder, manifest: { name, description = "", dependencies = {} } }) => ({
      name: wordOf(name),
      folder,
      description,
      imports: Object.keys(dependencies)
        .filter((each) => published.has(each))
        .map(wordOf)
        .sort(),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function wordOf(name: string): string {
  return name.replace(/^@infra\//, "");
}

/** A circle among packages, as a path that begins and ends with the same name. @returns undefined when there is none */
export function circleIn(packages: readonly Pick<Package, "name" | "imports">[]): readonly string[] | undefined {
  const imports = new Map(packages.map((each) => [each.name, each.imports]));
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const each of imports.get(name) ?? []) {
      const circle = visit(each, [...path, name]);
      if (circle) return circle;
    }
    done.add(name);
    return undefined;
  };
  for (const { name } of packages) {
    const circle = visit(name, []);
    if (circle) return circle;
  }
  return undefined;
}

/** The wing of a package. */
function wingOf({ folder }: Package): string {
  return Object.entries(wings).find(([, pattern]) => pattern.test(folder))?.[0] ?? "";
}

/** A picture of the packages and their imports; those of a layer stand for each other, and an import that another one implies is left out. */
export function packageGraph(packages: readonly Package[]): string {
  const layerOf = ({ folder }: Package) => layers.find((layer) => layer.folder.test(folder));
  const nodeOf = new Map(packages.map((each) => [each.name, layerOf(each)?.name ?? each.name]));
  const edges = new Map<string, Set<string>>();
  for (const { name, imports } of packages) {
    const from = nodeOf.get(name) ?? name;
    const to = edges.get(from) ?? new Set<string>();
    for (const each of imports) if (nodeOf.get(each) !== from) to.add(nodeOf.get(each) ?? each);
    edges.set(from, to);
  }
  const id = (node: string) => node.replaceAll(/[^a-z]/g, "_");
  const lines = Object.keys(wings).flatMap((wing) => [
    `  subgraph ${id(wing.toLowerCase())}["${wing}"]`,
    ...new Set(
      packages
        .filter((each) => wingOf(each) === wing)
        .map((each) => `    ${id(nodeOf.get(each.name) ?? "")}["${layerOf(each)?.label ?? each.name}"]`),
    ),
    "  end",
  ]);
  const arrows = [...edges].flatMap(([from, targets]) =>
    [...targets]
      .filter((to) => ![...targets].some((other) => other !== to && reaches(edges, other, to)))
      .sort()
      .map((to) => `  ${id(from)} --> ${id(to)}`),
  );
  return ["```mermaid", "flowchart BT", ...lines, ...arrows, "```"].join("\n");
}

function reaches(edges: ReadonlyMap<string, ReadonlySet<string>>, from: string, to: string): boolean {
  const open = [from];
  const seen = new Set(open);
  for (const node of open)
    for (const each of edges.get(node) ?? []) {
      if (each === to) return true;
      if (!seen.has(each)) {
        seen.add(each);
        open.push(each);
      }
    }
  return false;
}

/** A table of the packages of each wing: what each is, and which it imports. */
export function packageTables(packages: readonly Package[], from: string): string {
  return Object.keys(wings)
    .map((wing) => {
      const rows = packages
        .filter((each) => wingOf(each) === wing)
        .map(({ name, folder, description, imports }) => {
          const link = folder.startsWith(`${from}/`) ? folder.slice(from.length + 1) : `../${folder}`;
          return `| [\`@infra/${name}\`](${link}) | ${description} | ${imports.join(", ") || "nothing"} |`;
        });
      return [`### ${wing}`, "", "| package | what it is | imports |", "| --- | --- | --- |", ...rows].join("\n");
    })
    .join("\n\n");
}
